/**
 * Brings a package's migrations from `sql/` into the package while it is packed, and takes them out again:
 * a published package carries its own. Runs in the package's folder.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { carriedSql } from './carried-sql.ts'

const root = join(import.meta.dirname, '..')
const target = join(process.cwd(), 'sql')

rmSync(target, { recursive: true, force: true })
if (!process.argv.includes('--clean')) {
  const carried = carriedSql(root, basename(process.cwd()))
  if (carried.length === 0) throw new Error(`there is no SQL for ${process.cwd()}`)
  mkdirSync(target)
  for (const source of carried) {
    const into = source.endsWith('.sql') ? join(target, source) : target
    cpSync(join(root, 'sql', source), into, { recursive: true })
  }
}
