import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { chown, open, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Account } from './account.ts'
import type { Binaries } from './binaries.ts'
import { serverEnvironment } from './cluster.ts'
import type { Place } from './place.ts'
import { occupant, readPostmaster, starterArgument } from './postmaster.ts'

const run = promisify(execFile)
const START_WITHIN_MS = 60_000

/** Another living process runs a PostgreSQL in this directory. */
export class DirectoryHeldError extends Error {
  constructor(directory: string, pid: number) {
    super(`${directory} is in use by process ${pid}: stop it first, or use another folder (DATA_DIR).`)
    this.name = 'DirectoryHeldError'
  }
}

/** Another process took the port between our look and PostgreSQL's. */
export class PortTakenError extends Error {}

/** A server this process started. */
export type Server = { pid: number; stop: () => Promise<void> }

/**
 * Runs `postgres` in a session of its own, so that Ctrl-C in a terminal reaches this process alone, which
 * then stops PostgreSQL when it no longer needs it.
 */
export async function startServer(
  place: Place,
  binaries: Binaries,
  account: Account,
  options: {
    port: number
    postgresFlags: readonly string[]
    onProgress: (step: string) => void
    log: (line: string) => void
  },
): Promise<Server> {
  const output = await open(place.serverLog, 'w', 0o600)
  if (account.uid !== undefined && account.gid !== undefined)
    await chown(place.serverLog, account.uid, account.gid)
  const child = spawn(binaries.postgres, serverArguments(place, options.port, options.postgresFlags), {
    ...account,
    cwd: place.directory,
    env: serverEnvironment(),
    detached: true,
    windowsHide: true,
    stdio: ['ignore', output.fd, output.fd],
  })
  const ended = ending(child)
  await output.close()
  const tellToStop = () => child.kill('SIGINT')
  process.once('exit', tellToStop)
  try {
    const pid = await untilReady(child, ended, place, options.onProgress)
    child.unref()
    let stopping = false
    void ended.then(how => {
      if (!stopping) options.log(`PostgreSQL ended by itself (${how}); what it said is in ${place.serverLog}`)
    })
    const stop = async () => {
      if (stopping) return void (await ended)
      stopping = true
      child.ref()
      process.removeListener('exit', tellToStop)
      await stopServer(place, binaries, account).catch(() => child.kill('SIGKILL'))
      await ended
    }
    return { pid, stop }
  } catch (error) {
    process.removeListener('exit', tellToStop)
    child.kill('SIGKILL')
    throw error
  }
}

/** Stops whatever runs in the data directory: open sessions are rolled back, the data is flushed. */
export async function stopServer(place: Place, binaries: Binaries, account: Account): Promise<void> {
  const stop = (mode: string, seconds: number) =>
    run(binaries.pgCtl, ['stop', '-D', place.data, '-m', mode, '-t', String(seconds)], {
      ...account,
      cwd: place.directory,
      env: serverEnvironment(),
    })
  await stop('fast', 8).catch(() => stop('immediate', 5))
}

function serverArguments(place: Place, port: number, flags: readonly string[]): string[] {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'max_connections=200',
    starterArgument(process.pid),
  ]
  return ['-D', place.data, '-p', String(port), ...settings.flatMap(setting => ['-c', setting]), ...flags]
}

async function untilReady(
  child: ChildProcess,
  ended: Promise<string>,
  place: Place,
  onProgress: (step: string) => void,
): Promise<number> {
  let over: string | undefined
  void ended.then(how => {
    over = how
  })
  const begun = Date.now()
  let told = false
  while (over === undefined) {
    const postmaster = await readPostmaster(place.data)
    if (postmaster?.ready && postmaster.pid === child.pid) return postmaster.pid
    const waited = Date.now() - begun
    if (waited > START_WITHIN_MS) break
    if (waited > 1000 && !told) {
      told = true
      onProgress('Waiting for PostgreSQL to recover what it had')
    }
    await sleep(10)
  }
  throw await startError(place, over ?? `not ready within ${START_WITHIN_MS / 1000} s`)
}

async function startError(place: Place, how: string): Promise<Error> {
  const said = await readFile(place.serverLog, 'utf8').catch(() => '')
  if (/Address already in use|could not create any TCP\/IP sockets/.test(said))
    return new PortTakenError(said)
  const found = await occupant(place.data)
  if (found.kind === 'held') return new DirectoryHeldError(place.directory, found.by)
  const fatal = said.split('\n').filter(line => /FATAL|PANIC|ERROR|HINT/.test(line))
  return new Error(
    `PostgreSQL did not start (${how}). ${fatal.slice(-3).join(' ')} See ${place.serverLog}`.trim(),
  )
}

function ending(child: ChildProcess): Promise<string> {
  return new Promise(resolve => {
    child.once('error', error => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `code ${code}`))
  })
}
