import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, chmod, constants, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { afterAll, expect, vi } from 'vitest'
import { startEmbeddedPostgres } from '../src/index.ts'
import { isAlive } from '../src/postmaster.ts'

/** A folder of the test's own, removed with all that is in it. */
export async function givenFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(await base(), 'plinth-embedded-'))
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

/** In memory where that can be had: a cluster is a thousand files. */
const base = () =>
  access('/dev/shm', constants.W_OK).then(
    () => '/dev/shm',
    () => tmpdir(),
  )

/** A folder in which a PostgreSQL was started and stopped before: a copy of one made once per test file. */
export async function givenCluster(): Promise<AsyncDisposable & { path: string }> {
  const folder = await givenFolder()
  await run('cp', ['-a', `${await firstStarted()}/.`, folder.path])
  return folder
}

const run = promisify(execFile)
let made: Promise<string> | undefined

afterAll(async () => {
  if (made) await rm(await made, { recursive: true, force: true })
})

function firstStarted(): Promise<string> {
  made ??= (async () => {
    const folder = await givenFolder()
    await (await startEmbeddedPostgres({ directory: folder.path }))[Symbol.asyncDispose]()
    return folder.path
  })()
  return made
}

/** The rows of one statement on a connection of its own. */
export async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const sql = postgres(url, { max: 1, onnotice: () => {} })
  try {
    return await sql.unsafe(statement)
  } finally {
    await sql.end()
  }
}

/** Another process that runs an embedded PostgreSQL in `directory`. Disposing kills both. */
export async function givenHolder(directory: string, ...mode: string[]): Promise<Holder> {
  const program = fileURLToPath(new URL('./holder.ts', import.meta.url))
  const child = spawn(process.execPath, [program, directory, ...mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(child.stdout, 'data')
  const [url = '', pid = ''] = String(line).trim().split(' ')
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exit = once(child, 'exit')
    child.kill(signal)
    await exit
  }
  const postgresPid = Number(pid)
  const dispose = async () => {
    await end('SIGKILL')
    if (isAlive(postgresPid)) process.kill(postgresPid, 'SIGQUIT')
    await gone(postgresPid)
  }
  return { url, pid: child.pid ?? 0, postgresPid, child, end, [Symbol.asyncDispose]: dispose }
}

/** Waits until there is no such process. */
export const gone = (pid: number) =>
  vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 15_000, interval: 20 })

/** See {@link givenHolder}. */
export type Holder = AsyncDisposable & {
  url: string
  pid: number
  postgresPid: number
  child: ChildProcess
  end: (signal: NodeJS.Signals) => Promise<void>
}
