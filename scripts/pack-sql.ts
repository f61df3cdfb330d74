/**
 * Brings a package's migrations from `sql/` into the package while it is packed, and takes them out again:
 * a published package carries its own. Runs in the package's folder.
 */
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'

const domain = basename(process.cwd())
const workspaceSql = join(import.meta.dirname, '..', 'sql')
const target = join(process.cwd(), 'sql')

/** Packages whose SQL is not in a folder of their own name. */
const elsewhere: Readonly<Record<string, string>> = { http: 'gateway', postgres: 'setup.sql' }

rmSync(target, { recursive: true, force: true })
if (!process.argv.includes('--clean')) {
  const source = elsewhere[domain] ?? domain
  mkdirSync(target)
  cpSync(join(workspaceSql, source), source.endsWith('.sql') ? join(target, source) : target, {
    recursive: true,
  })
}
