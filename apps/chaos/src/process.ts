import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { eventually } from '@plinth/testing'

/** Environment variables of a process; nothing else is passed on but where programs and the home are. */
export type Env = Readonly<Record<string, string>>

/** A program of ours that runs by itself, and what it says in a file that outlives it. */
export interface NodeProcess {
  readonly pid: number
  /** Where it says that it listens. */
  readonly url: string
  /** All it has written, to both streams. */
  readonly output: () => string
  /** Sends a signal, at once. */
  readonly signal: (signal: NodeJS.Signals) => void
  /** Resolves when it is gone, with its code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Runs a program and waits, two minutes at most, until it says `listening at http://...`. */
export const startProcess = async (entry: string, env: Env, log: string): Promise<NodeProcess> => {
  // To a file and not to a pipe: nothing that was said is lost with who said it, and a full pipe holds nobody up.
  const file = openSync(log, 'a')
  const child = spawn(process.execPath, [entry], {
    cwd: tmpdir(),
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', file, file],
  })
  closeSync(file)
  let over: number | NodeJS.Signals | undefined
  const ended = endOf(child)
  void ended.then(how => {
    over = how
  })
  const output = () => readFileSync(log, 'utf8')
  const url = await eventually(() => listeningAt(output(), over), { within: 120_000, every: 10 })
  if (url === undefined || child.pid === undefined)
    throw new Error(`${entry} ended with ${over} before it listened:\n${output()}`)
  return { pid: child.pid, url, output, signal: signal => void child.kill(signal), ended }
}

/** Undefined once there is nothing to wait for any more. */
const listeningAt = (output: string, over: unknown): string | undefined => {
  const found = /listening at (http:\/\/[^\s"]+)/.exec(output)?.[1]
  if (found === undefined && over === undefined) throw new Error(`it does not listen:\n${output}`)
  return found
}

const endOf = async (child: ChildProcess): Promise<number | NodeJS.Signals> => {
  // Whoever started it does not leave it behind.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  await once(child, 'exit')
  process.off('exit', kill)
  return child.signalCode ?? child.exitCode ?? 0
}
