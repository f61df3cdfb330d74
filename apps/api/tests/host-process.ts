import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@plinth/testing'
import { outsideOf, startParted } from './parted-host.ts'

/** Environment variables of a process; nothing else is passed on but where programs and the home are. */
export type Env = Readonly<Record<string, string>>

/** How a process ended, and all that it wrote. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A host that runs as a process of its own. Disposing stops it in an orderly way, and fails when it does not. */
export interface HostProcess extends AsyncDisposable {
  /** Where it says that it listens. */
  readonly url: string
  /** What it has written so far, to both streams. */
  readonly output: () => string
  /** Tells it to end and gives how it did. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<Ended>
}

const source = join(import.meta.dirname, '..', 'src')

/**
 * Starts a host and waits until it takes requests: `main.ts`, or `dev.ts`. Where domains are outside, which the environment
 * says, their deployables are started along with it.
 */
export const startHost = async (
  env: Env,
  { entry = 'main.ts', within = 120_000 } = {},
): Promise<HostProcess> =>
  outsideOf(env).length === 0
    ? startProcess(join(source, entry), env, within)
    : startParted(env, { start: (main, its) => startProcess(main, its, within) })

/** Starts one process of a shop by its main module, and waits until it listens. */
export const startProcess = async (main: string, env: Env, within = 120_000): Promise<HostProcess> => {
  const { child, ended, output } = launch(main, [], { PORT: '0', ...env })
  let over: Ended | undefined
  void ended.then(end => {
    over = end
  })
  const url = await eventually(
    () => {
      const found = /(?:listening|open) at (http:\/\/[^\s"]+)/.exec(output())?.[1]
      if (found === undefined && over === undefined) throw new Error(`the host does not listen:\n${output()}`)
      return found
    },
    { within, every: 10 },
  )
  if (url === undefined) throw new Error(`the host ended before it listened:\n${output()}`)
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal)
    return ended
  }
  return {
    url,
    output,
    stop,
    async [Symbol.asyncDispose]() {
      const { code, signal } = over ?? (await stop())
      if (code !== 0 && signal !== 'SIGKILL') throw new Error(`the host ended with ${code}:\n${output()}`)
    },
  }
}

/** Runs an entry of the host to its end: a command, or a start that is refused. */
export const runToEnd = (entry: string, args: readonly string[], env: Env): Promise<Ended> =>
  launch(join(source, entry), args, env).ended

/** A folder for the data of a host, removed in the end. */
export const dataFolder = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), 'plinth-api-'))
  // Run as root, the embedded PostgreSQL is somebody else's, who must get in.
  await chmod(path, 0o755)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}

const launch = (main: string, args: readonly string[], env: Env) => {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return { child, output: () => stdout + stderr, ended: endOf(child, () => ({ stdout, stderr })) }
}

const endOf = async (
  child: ChildProcess,
  written: () => { stdout: string; stderr: string },
): Promise<Ended> => {
  alive.add(child)
  await once(child, 'close')
  alive.delete(child)
  return { code: child.exitCode, signal: child.signalCode, ...written() }
}

/** A test process that goes down does not leave hosts behind. */
const alive = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL')
})
