import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { Names } from './names.ts'
import { sorted } from './sorted.ts'

const dependencies = z.record(z.string(), z.string())
const references = z.array(z.object({ path: z.string() }))
const fieldsByName = z.record(z.string(), z.unknown())

/** The JSON of the workspace that knows of every domain, with a new one in it. */
export const wiredManifests = (root: string, { domain }: Names): ReadonlyMap<string, string> => {
  const contract = `@plinth/${domain}-contract`
  const depending =
    (...names: string[]) =>
    (there: unknown) =>
      sorted({
        ...dependencies.parse(there),
        ...Object.fromEntries(names.map(name => [name, 'workspace:^'])),
      })
  const edits: readonly (readonly [path: string, key: string, change: (there: unknown) => unknown])[] = [
    ['apps/api/package.json', 'dependencies', depending(`@plinth/${domain}`, contract)],
    ['packages/host/package.json', 'dependencies', depending(contract)],
    [
      'packages/host/tsconfig.json',
      'references',
      there =>
        [...references.parse(there), { path: `../${domain}-contract` }].toSorted((one, other) =>
          one.path < other.path ? -1 : 1,
        ),
    ],
    [
      'knip.json',
      'workspaces',
      there => ({
        ...fieldsByName.parse(there),
        [`apps/${domain}`]: { entry: ['src/main.ts'], project: ['src/**/*.ts'] },
      }),
    ],
  ]
  return new Map(edits.map(([path, key, change]) => [path, edited(join(root, path), key, change)]))
}

/** The JSON in a file with one of its fields changed, and all in the order that they are in. */
const edited = (path: string, key: string, change: (there: unknown) => unknown): string => {
  const fields = fieldsByName.parse(JSON.parse(readFileSync(path, 'utf8')))
  return `${JSON.stringify({ ...fields, [key]: change(fields[key]) }, undefined, 2)}\n`
}
