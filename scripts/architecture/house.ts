import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

/** A package as the rules see it: what it says of itself, and its sources. */
export interface Room {
  /** `packages/orders` */
  readonly folder: string
  /** `orders` */
  readonly name: string
  readonly dependencies: readonly string[]
  readonly devDependencies: readonly string[]
  readonly entries: readonly string[]
  readonly files: readonly SourceFile[]
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
  readonly rooms: readonly Room[]
  /** SQL files by path: `sql/orders/001-orders.sql` */
  readonly sql: ReadonlyMap<string, string>
}

const manifest = z.object({
  name: z.string(),
  dependencies: z.record(z.string(), z.string()).default({}),
  devDependencies: z.record(z.string(), z.string()).default({}),
  exports: z.record(z.string(), z.unknown()).default({}),
})

/** Reads all rooms under a root. */
export const readHouse = (root: string): House => ({
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

const readRoom = (root: string, folder: string): Room => {
  const { name, dependencies, devDependencies, exports } = manifest.parse(
    JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
  )
  const files = globSync(`${folder}/src/**/*.ts`, { cwd: root }).filter(
    path => !/\.test(-d)?\.ts$/.test(path),
  )
  return {
    folder,
    name: name.replace('@plinth/', ''),
    dependencies: Object.keys(dependencies),
    devDependencies: Object.keys(devDependencies),
    entries: Object.keys(exports),
    files: files.sort().map(path => {
      const text = readFileSync(join(root, path), 'utf8')
      return { path, text, imports: importsOf(text) }
    }),
  }
}
