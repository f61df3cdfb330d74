import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { carriedSql } from '../carried-sql.ts'
import { brings } from './graph.ts'
import type { House, Room } from './house.ts'
import { localName, ours, type Rule } from './rule.ts'

const isOurs = (name: string) => name.startsWith(ours)
const published = (house: House) => house.rooms.filter(room => !room.isPrivate)
const roomOf = (house: House, name: string) => house.rooms.find(room => room.name === localName(name))

/** The rules for what leaves the house: what others install has to be right where none of this is around it. */
export const publicationRules: readonly Rule[] = [
  {
    name: 'a package brings the libraries that it needs, and no others',
    violations: house =>
      published(house).flatMap(room => {
        const comes = librariesOf(house, room)
        const may = brings[room.name] ?? []
        return [
          ...[...comes].filter(name => !may.includes(name)).map(name => `${room.folder}: brings ${name}`),
          ...may
            .filter(name => !comes.has(name))
            .map(name => `${room.folder}: does not bring ${name} any more`),
        ]
      }),
  },
  {
    name: 'what a package shares with its user, those that stand on it share, too',
    violations: house =>
      published(house).flatMap(room =>
        room.dependencies
          .filter(isOurs)
          .flatMap(name =>
            (roomOf(house, name)?.peers ?? [])
              .filter(peer => !room.peers.includes(peer) && !room.dependencies.includes(peer))
              .map(peer => `${room.folder}: stands on ${name}, which shares ${peer}`),
          ),
      ),
  },
  {
    name: 'a published package says what it is and where it comes from',
    violations: house =>
      published(house).flatMap(room =>
        Object.entries(said(house, room))
          .filter(([, [is, shall]]) => JSON.stringify(is) !== JSON.stringify(shall))
          .map(([field, [, shall]]) => `${room.folder}: its ${field} should be ${JSON.stringify(shall)}`),
      ),
  },
]

/** What is installed with a package that is not ours. */
const librariesOf = (house: House, room: Room, found = new Set<string>(), seen = new Set<string>()) => {
  seen.add(room.name)
  for (const name of [...room.dependencies, ...room.peers]) {
    const next = roomOf(house, name)
    if (!isOurs(name)) found.add(name)
    else if (next !== undefined && !seen.has(next.name)) librariesOf(house, next, found, seen)
  }
  return found
}

/** What a manifest says, and what it should. */
const said = (house: House, { folder, name, entries, publication }: Room) => {
  const sql = carriedSql(house.root, name).length === 0 ? [] : ['sql']
  const data = existsSync(join(house.root, folder, 'data')) ? ['data'] : []
  const fileOf = (entry: string) => (entry === '.' ? 'index' : entry.slice(2))
  return {
    license: [publication.license, 'MIT'],
    engines: [publication.engines, { node: '>=22.15' }],
    repository: [publication.repository, { ...house.repository, directory: folder }],
    files: [publication.files, [...data, 'dist', 'src', ...sql, '!src/**/*.test.ts', '!src/**/*.test-d.ts']],
    access: [publication.access, 'public'],
    provenance: [publication.provenance, true],
    exports: [
      publication.exports,
      Object.fromEntries(
        entries.map(entry => [
          entry,
          { types: `./dist/${fileOf(entry)}.d.ts`, default: `./dist/${fileOf(entry)}.js` },
        ]),
      ),
    ],
  } satisfies Record<string, readonly [unknown, unknown]>
}
