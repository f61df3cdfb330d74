import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { carriedSql } from '../../../scripts/carried-sql.ts'
import { type PublishedPackage, root } from './workspace.ts'

/** The SQL files that a package's tarball is to have, by their place in it, with what they hold. */
export const expectedSql = ({ shortName }: PublishedPackage): ReadonlyMap<string, string> =>
  new Map(
    carriedSql(root, shortName)
      .map(source => join(root, 'sql', source))
      .flatMap(path => (statSync(path).isDirectory() ? globSync(join(path, '*.sql')) : [path]))
      .map(path => [`sql/${basename(path)}`, readFileSync(path, 'utf8')]),
  )
