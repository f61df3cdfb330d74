import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A package as the rules see it: what it says of itself, and its sources. */
export interface Room {
  /** `packages/orders` */
  readonly folder: string
  /** `orders` */
  readonly name: string
  readonly isPrivate: boolean
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
  /** What it shares with whoever installs it, and cannot do without. */
  readonly peers: readonly string[]
  /** What one of its further entries needs, for whoever uses that. */
  readonly optionalPeers: readonly string[]
  readonly entries: readonly string[]
  /** What it says of itself to those who install it. */
  readonly publication: Publication
  readonly files: readonly SourceFile[]
}

/** The part of a manifest that is for those who install the package. */
export interface Publication {
  readonly license: string | undefined
  readonly engines: Readonly<Record<string, string>>
  readonly repository: Readonly<Record<string, string>>
  readonly files: readonly string[]
  readonly access: string | undefined
  readonly provenance: boolean
  /** By entry, and for each its files by condition. */
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>
}

/** A source file (tests left out) and what it imports. */
export interface SourceFile {
  /** From the root: `packages/orders/src/order.ts` */
  readonly path: string
  readonly text: string
  readonly imports: readonly Import[]
}

/** One import: from where, and whether types are all it brings. */
export interface Import {
  readonly from: string
  readonly typeOnly: boolean
}

/** The workspace, read from disk. */
export interface House {
  /** Its folder. */
  readonly root: string
  /** Where the workspace lives, as the root says. */
  readonly repository: Readonly<Record<string, string>>
  readonly rooms: readonly Room[]
  /** SQL files by path: `sql/orders/001-orders.sql` */
  readonly sql: ReadonlyMap<string, string>
}

const texts = z.record(z.string(), z.string())
const manifest = z.object({
  name: z.string(),
  private: z.boolean().default(false),
  license: z.string().optional(),
  engines: texts.default({}),
  repository: texts.default({}),
  files: z.array(z.string()).default([]),
  exports: z.record(z.string(), z.unknown()).default({}),
  publishConfig: z
    .object({
      access: z.string().optional(),
      provenance: z.boolean().default(false),
      exports: z.record(z.string(), texts).default({}),
    })
    .default({ provenance: false, exports: {} }),
  dependencies: texts.default({}),
  devDependencies: texts.default({}),
  peerDependencies: texts.default({}),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })).default({}),
})

/** Reads all rooms under a root. */
export const readHouse = (root: string): House => ({
  root,
  repository: readManifest(root, '.').repository,
  rooms: globSync('{apps,packages}/*/package.json', { cwd: root })
    .sort()
    .map(path => readRoom(root, path.replace(/[/\\]package\.json$/, ''))),
  sql: new Map(
    globSync('sql/**/*.sql', { cwd: root }).map(path => [path, readFileSync(join(root, path), 'utf8')]),
  ),
})

/** The imports of a source text. */
export const importsOf = (text: string): Import[] => [
  ...Array.from(
    text.matchAll(/^(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s+)?['"]([^'"]+)['"]/gm),
    ([, type, from]) => ({
      from: from ?? '',
      typeOnly: type !== undefined,
    }),
  ),
  ...Array.from(text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g), ([, from]) => ({
    from: from ?? '',
    typeOnly: false,
  })),
]

const readManifest = (root: string, folder: string) =>
  manifest.parse(JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')))

const readRoom = (root: string, folder: string): Room => {
  const {
    license,
    engines,
    repository,
    files: published,
    publishConfig,
    ...said
  } = readManifest(root, folder)
  const peers = Object.keys(said.peerDependencies)
  const isOptional = (name: string) => said.peerDependenciesMeta[name]?.optional === true
  const files = globSync(`${folder}/src/**/*.ts`, { cwd: root }).filter(
    path => !/\.test(-d)?\.ts$/.test(path),
  )
  return {
    folder,
    name: said.name.replace('@plinth/', ''),
    isPrivate: said.private,
    dependencies: Object.keys(said.dependencies),
    devDependencies: Object.keys(said.devDependencies),
    peers: peers.filter(name => !isOptional(name)),
    optionalPeers: peers.filter(isOptional),
    entries: Object.keys(said.exports),
    publication: {
      license,
      engines,
      repository,
      files: published,
      ...publishConfig,
      access: publishConfig.access,
    },
    files: files.sort().map(path => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(text) }
    }),
  }
}
