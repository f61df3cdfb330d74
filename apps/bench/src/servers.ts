import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** A server under test: a process of its own that logs to a file. */
export interface Server extends AsyncDisposable {
  readonly url: string
  readonly pid: number
}

/** Starts `src/<entry>` and waits until it says where it listens. */
export const startServer = async (
  entry: string,
  logFile: string,
  env: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<Server> => {
  await using log = await open(logFile, 'w')
  const child = spawn(process.execPath, [...flags, join(import.meta.dirname, entry)], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_COMPILE_CACHE: compiled, ...env },
    stdio: ['ignore', log.fd, log.fd],
  })
  const ended = once(child, 'exit')
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const url = await urlIn(logFile, child)
  return {
    url,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
      process.off('exit', kill)
    },
  }
}

/** As in the image: what is left of the entry's own TypeScript is found there, and so nothing that strips types is loaded. */
const compiled = join(import.meta.dirname, '..', '..', '..', 'packages', 'host', 'node_modules', '.cache')

const urlIn = async (logFile: string, child: ChildProcess): Promise<string> => {
  const giveUp = performance.now() + 60_000
  for (;;) {
    const text = await readFile(logFile, 'utf8')
    const url = /listening at (http:\/\/[^\s"]+)/.exec(text)?.[1]
    if (url !== undefined) return url
    if (child.exitCode !== null || performance.now() > giveUp)
      throw new Error(`the server does not listen:\n${text}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}
