import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import type { Place } from './place.ts'

const run = promisify(execFile)

/**
 * Creates the cluster and its database where there is none yet, and gives the superuser's password.
 * It is made beside its final place and moved there whole, so a start that was cut off leaves nothing behind
 * that looks like a cluster.
 */
export async function ensureCluster(
  place: Place,
  binaries: Binaries,
  account: Account,
  options: { database: string; onProgress: (step: string) => void },
): Promise<string> {
  if (!existsSync(place.data)) {
    options.onProgress('Creating the database (first start only)')
    await createCluster(place, binaries, account, options.database)
  }
  return (await readFile(passwordFile(place.data), 'utf8')).trim()
}

/** The superuser's password lies with the data it opens, readable by its owner alone. */
const passwordFile = (data: string) => join(data, 'plinth-password')

async function createCluster(
  place: Place,
  binaries: Binaries,
  account: Account,
  database: string,
): Promise<void> {
  const suffix = randomBytes(4).toString('hex')
  const partial = `${place.data}.${suffix}`
  const password = join(place.directory, `password.${suffix}`)
  const spawning = { ...account, cwd: place.directory, env: serverEnvironment() }
  try {
    await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
    if (account.uid !== undefined && account.gid !== undefined)
      await chown(password, account.uid, account.gid)
    await run(binaries.initdb, initdbArguments(partial, password), spawning)
    await createDatabase(binaries.postgres, partial, database, spawning)
    await rename(password, passwordFile(partial))
    await moveUnlessThere(partial, place.data)
  } finally {
    await rm(partial, { recursive: true, force: true })
    await rm(password, { force: true })
  }
}

/** A folder that is not empty is never replaced: of two first starts at once the faster one's cluster stays. */
async function moveUnlessThere(from: string, to: string): Promise<void> {
  await rename(from, to).catch(error => {
    if (!existsSync(to)) throw error
  })
}

/** The builtin locale provider sorts and folds alike on every platform; ICU and libc differ by version. */
function initdbArguments(data: string, passwordFile: string): string[] {
  return [
    `--pgdata=${data}`,
    '--username=postgres',
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--set=timezone=UTC',
    '--set=log_timezone=UTC',
  ]
}

/** Single-user mode needs no port and no client. */
function createDatabase(
  postgres: string,
  data: string,
  database: string,
  spawning: Account & { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(postgres, ['--single', '-D', data, 'postgres'], {
      ...spawning,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    child.once('error', reject)
    child.once('exit', code =>
      code === 0 ? resolve() : reject(new Error(`creating the database ended with ${code}`)),
    )
    child.stdin.end(`CREATE DATABASE "${database.replaceAll('"', '""')}"\n`)
  })
}

/** This process's environment without PG* variables, which would redirect the server, in one locale. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'))
  return { ...Object.fromEntries(kept), LC_ALL: 'C' }
}
