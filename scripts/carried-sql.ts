import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Packages whose SQL is not in a folder of their own name. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  http: ['gateway'],
  postgres: ['setup.sql', 'schema.sql'],
}

/** Which folders and files of `sql/` a package carries along when it is published. */
export const carriedSql = (root: string, name: string): readonly string[] =>
  (elsewhere[name] ?? [name]).filter(source => existsSync(join(root, 'sql', source)))
