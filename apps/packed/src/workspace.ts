import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { z } from 'zod'

/** The workspace's folder. */
export const root = join(import.meta.dirname, '..', '..', '..')

const texts = z.record(z.string(), z.string())
const manifest = z.looseObject({
  name: z.string(),
  private: z.boolean().default(false),
  exports: z.record(z.string(), z.unknown()).default({}),
  sideEffects: z.array(z.string()).default([]),
  dependencies: texts.default({}),
  peerDependencies: texts.default({}),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean() })).default({}),
})

/** What a `package.json` says, as far as it matters here. */
export type Manifest = z.output<typeof manifest>

/** Reads a manifest's text. */
export const readManifest = (text: string): Manifest => manifest.parse(JSON.parse(text))

/** A package of the workspace that others can install. */
export interface PublishedPackage {
  /** `@plinth/orders` */
  readonly name: string
  /** `orders` */
  readonly shortName: string
  readonly directory: string
  /** `.` and, for some, more: `./testing`. */
  readonly entries: readonly string[]
  /** Those that are imported for what they do, and export nothing. */
  readonly effects: readonly string[]
  /** What must be there, ours and others'. */
  readonly needs: readonly string[]
  readonly readme: string
}

/** All that is published, by name. */
export const publishedPackages = (): PublishedPackage[] =>
  globSync('packages/*/package.json', { cwd: root })
    .sort()
    .flatMap(path => {
      const directory = dirname(join(root, path))
      const said = readManifest(readFileSync(join(root, path), 'utf8'))
      if (said.private) return []
      const peers = Object.keys(said.peerDependencies)
      return {
        name: said.name,
        shortName: said.name.replace(ours, ''),
        directory,
        entries: Object.keys(said.exports),
        effects: Object.keys(said.exports).filter(entry =>
          said.sideEffects.includes(String(said.exports[entry])),
        ),
        needs: [
          ...Object.keys(said.dependencies),
          ...peers.filter(name => said.peerDependenciesMeta[name]?.optional !== true),
        ],
        readme: readFileSync(join(directory, 'README.md'), 'utf8'),
      }
    })

const ours = '@plinth/'

/** Packages of ours that a package needs to be there, itself first. */
export const withNeeds = (all: readonly PublishedPackage[], one: PublishedPackage): PublishedPackage[] => {
  const found = new Set([one])
  for (const each of found)
    for (const name of each.needs) {
      const needed = all.find(other => other.name === name)
      if (needed !== undefined) found.add(needed)
    }
  return [...found]
}
