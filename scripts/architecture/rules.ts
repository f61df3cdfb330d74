import {
  allowed,
  allowedForApps,
  allowedForTools,
  contractLibraries,
  domains,
  extraEntries,
  forDevelopment,
  pureFiles,
} from './graph.ts'
import type { House, Room, SourceFile } from './house.ts'
import { publicationRules } from './publication-rules.ts'
import { localName, ours, packageOf, type Rule } from './rule.ts'

const isApp = (room: Room) => room.folder.startsWith('apps/')
const mayDependOn = (room: Room) =>
  isApp(room) ? (allowedForTools[room.name] ?? allowedForApps) : allowed[room.name]
const isDomain = (room: Room) => domains.some(domain => domain === room.name)
const isContract = (room: Room) => room.name.endsWith('-contract')
const fileName = (path: string) => path.split('/').at(-1) ?? path
const within = (file: SourceFile, folder: string) => file.path.includes(`/src/${folder}/`)

const eachFile = (
  house: House,
  applies: (room: Room) => boolean,
  check: (file: SourceFile, room: Room) => string[],
) => house.rooms.filter(applies).flatMap(room => room.files.flatMap(file => check(file, room)))

/** All rules. Each has a planted violation in the tests: a rule that cannot fail checks nothing. */
export const rules: readonly Rule[] = [
  {
    name: 'a package depends only on what the graph allows',
    violations: house =>
      house.rooms.flatMap(room => {
        const may = mayDependOn(room)
        if (may === undefined) return [`${room.folder}: has no place in the graph`]
        return room.dependencies
          .filter(name => name.startsWith(ours) && !may.includes(localName(name)))
          .map(name => `${room.folder}: may not depend on ${name}`)
      }),
  },
  {
    name: 'a package imports only what it declares',
    violations: house =>
      eachFile(
        house,
        () => true,
        (file, room) => {
          const declared = [
            ...room.dependencies,
            ...room.peers,
            ...room.optionalPeers,
            ...room.devDependencies.filter(name => isApp(room) || forDevelopment.includes(localName(name))),
          ]
          return file.imports
            .filter(
              ({ from }) =>
                !from.startsWith('.') && !from.startsWith('node:') && !declared.includes(packageOf(from)),
            )
            .map(
              ({ from }) =>
                `${file.path}: imports ${from}, which ${room.folder}/package.json does not declare`,
            )
        },
      ),
  },
  {
    name: 'a package has one entry',
    violations: house =>
      house.rooms
        .filter(room => !isApp(room))
        .flatMap(room =>
          ['.', ...(extraEntries[room.name] ?? [])].join() === room.entries.join()
            ? []
            : [`${room.folder}: its entries are ${room.entries.join(', ') || 'none'}`],
        ),
  },
  {
    name: 'a contract knows the kernel and its schema library, nothing else',
    violations: house =>
      eachFile(house, isContract, file =>
        file.imports
          .filter(
            ({ from }) =>
              !from.startsWith('.') && from !== `${ours}kernel` && !contractLibraries.includes(from),
          )
          .map(({ from }) => `${file.path}: imports ${from}`),
      ),
  },
  {
    name: 'there are no cycles',
    violations: house => {
      const edges = new Map(
        house.rooms.map(room => [
          room.name,
          room.dependencies.filter(name => name.startsWith(ours)).map(localName),
        ]),
      )
      const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
        (edges.get(from) ?? []).some(
          next => next === to || (!seen.has(next) && reaches(next, to, seen.add(next))),
        )
      return house.rooms
        .filter(room => reaches(room.name, room.name))
        .map(room => `${room.folder}: depends on itself in the end`)
    },
  },
  {
    name: 'only neighbours/ calls another domain',
    violations: house =>
      eachFile(house, isDomain, (file, room) => {
        if (within(file, 'neighbours')) return []
        const calls = /\bneighbours\.\w+\.\w+\(/.test(file.text)
          ? [`${file.path}: calls a neighbour itself`]
          : []
        const values = file.imports
          .filter(
            ({ from, typeOnly }) =>
              !typeOnly && from.endsWith('-contract') && localName(from) !== `${room.name}-contract`,
          )
          .filter(() => !fileName(file.path).startsWith('on-'))
          .map(({ from }) => `${file.path}: imports more than types from ${from}`)
        return [...calls, ...values]
      }),
  },
  {
    name: 'a domain calls all that it says it needs, and says so in one place',
    violations: house =>
      house.rooms.filter(isDomain).flatMap(room => {
        const neighbours = room.files.filter(file => within(file, 'neighbours'))
        const needs = neighbours.filter(({ path }) => fileName(path) === 'needs.ts')
        const calls = neighbours.filter(({ path }) => fileName(path) !== 'needs.ts')
        if (needs.length === 0)
          return calls.length === 0 ? [] : [`${room.folder}: has no neighbours/needs.ts`]
        const called = new Set(
          calls.flatMap(({ text }) =>
            Array.from(text.matchAll(/\bneighbours\.\w+\.(\w+)\(/g), ([, name = '']) => name),
          ),
        )
        return needs
          .flatMap(({ text }) => needsIn(text))
          .filter(name => !called.has(name))
          .map(name => `${room.folder}: says that it needs ${name}, and does not call it`)
      }),
  },
  {
    name: 'routes never touch tables',
    violations: house =>
      eachFile(house, isDomain, file =>
        /routes/.test(file.path.split('/src/')[1] ?? '')
          ? file.imports
              .filter(
                ({ from }) =>
                  /(^|\/)tables\.ts$/.test(from) ||
                  packageOf(from) === 'drizzle-orm' ||
                  from === `${ours}postgres`,
              )
              .map(({ from }) => `${file.path}: imports ${from}`)
          : [],
      ),
  },
  {
    name: 'pure files import no I/O',
    violations: house =>
      eachFile(
        house,
        () => true,
        file => {
          if (!pureFiles.includes(file.path)) return []
          const folder = file.path.slice(0, file.path.lastIndexOf('/'))
          const pure = (from: string) =>
            from === `${ours}kernel` ||
            from === 'zod' ||
            from.endsWith('-contract') ||
            (from.startsWith('./') && pureFiles.includes(`${folder}/${from.slice(2)}`))
          return file.imports
            .filter(({ from, typeOnly }) => !typeOnly && !pure(from))
            .map(({ from }) => `${file.path}: imports ${from}`)
        },
      ),
  },
  {
    name: 'no SQL crosses a domain',
    violations: house => {
      const crossing = (text: string, own: string) =>
        domains.filter(
          domain =>
            domain !== own &&
            new RegExp(`\\b(from|join|into|update|table|references|on|only)\\s+${domain}\\.\\w+`, 'i').test(
              text,
            ),
        )
      const inFiles = [...house.sql].flatMap(([path, text]) => {
        const own = path.split('/')[1] ?? ''
        return domains.some(domain => domain === own)
          ? crossing(text, own).map(domain => `${path}: touches ${domain}`)
          : []
      })
      const inSources = eachFile(house, isDomain, (file, room) =>
        crossing(sqlIn(file.text), room.name).map(domain => `${file.path}: touches ${domain}`),
      )
      return [...inFiles, ...inSources]
    },
  },
  {
    name: 'every export has a doc comment',
    violations: house =>
      eachFile(
        house,
        () => true,
        file => undocumentedIn(file.text).map(name => `${file.path}: ${name} has no doc comment`),
      ),
  },
  ...publicationRules,
]

/** The names exported without a doc comment before them; the last of several overloads needs none of its own. */
const undocumentedIn = (text: string): string[] => {
  const documented = new Set<string>()
  const exported = /(\*\/\n)?^export (?:abstract |async )?(?:const|class|interface|type|function) (\w+)/gm
  return Array.from(text.matchAll(exported)).flatMap(([, comment, name = '']) => {
    if (comment !== undefined) documented.add(name)
    return documented.has(name) ? [] : [name]
  })
}

/** The operations that `client(contract, 'one', 'two')` and `colocated(...)` name. */
const needsIn = (text: string): string[] =>
  Array.from(text.matchAll(/\b(?:client|colocated)\(([^)]*)\)/g), ([, within = '']) => within).flatMap(
    within => Array.from(within.matchAll(/'(\w+)'/g), ([, name = '']) => name),
  )

const sqlIn = (text: string) =>
  Array.from(text.matchAll(/\bsql(?:<[^>]*>)?`([^`]*)`/g), ([, body]) => body ?? '').join('\n')
