import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '@plinth/embedded'
import { type Env, type NodeProcess, startProcess } from './process.ts'

/** A server in a process of its own that can be treated as badly as machines treat processes. */
export interface ServerProcess extends AsyncDisposable {
  /** `replica-1` */
  readonly name: string
  /** The same each time it runs. */
  readonly url: string
  readonly state: () => 'running' | 'paused' | 'down'
  /** Starts it, and resolves once it takes requests. */
  readonly start: () => Promise<void>
  /** SIGKILL, sent before this returns. Resolves once the process is gone. */
  readonly kill: () => Promise<void>
  /** SIGSTOP: its connections stay, and nobody answers. */
  readonly pause: () => void
  /** SIGCONT. */
  readonly resume: () => void
  /** SIGTERM; how it ended, 0 when in order, and after how many milliseconds. */
  readonly stop: () => Promise<{ readonly how: number | NodeJS.Signals; readonly ms: number }>
  /** When it was killed. */
  readonly kills: readonly Date[]
  /** How it ended when nobody had asked it to, each time: there must be none. */
  readonly collapses: readonly string[]
  /** What it wrote since it was started last. */
  readonly output: () => string
}

/** A server that is still down. Its output goes to `<folder>/<name>.<n>.log`, a file for each start. */
export const createServerProcess = async (
  name: string,
  { entry, env, folder }: { readonly entry: string; readonly env: () => Env; readonly folder: string },
): Promise<ServerProcess> => {
  const port = await portFor(name)
  const kills: Date[] = []
  const collapses: string[] = []
  let starts = 0
  let running: NodeProcess | undefined
  let last: NodeProcess | undefined
  let paused = false

  const watch = async (started: NodeProcess) => {
    const how = await started.ended
    if (running !== started) return
    running = undefined
    collapses.push(`${name} ended with ${how}:\n${started.output().slice(-2000)}`)
  }
  const end = async (signal: NodeJS.Signals) => {
    const ending = running
    running = undefined
    if (paused && signal !== 'SIGKILL') ending?.signal('SIGCONT')
    paused = false
    ending?.signal(signal)
    return ending?.ended ?? 0
  }
  return {
    name,
    url: `http://127.0.0.1:${port}`,
    kills,
    collapses,
    state: () => (running === undefined ? 'down' : paused ? 'paused' : 'running'),
    output: () => last?.output() ?? '',
    async start() {
      if (running !== undefined) return
      starts += 1
      last = await startProcess(
        entry,
        { ...env(), PORT: String(port) },
        join(folder, `${name}.${starts}.log`),
      )
      running = last
      void watch(last)
    },
    async kill() {
      if (running === undefined) return
      kills.push(new Date())
      await end('SIGKILL')
    },
    pause() {
      running?.signal('SIGSTOP')
      paused = running !== undefined
    },
    resume() {
      running?.signal('SIGCONT')
      paused = false
    },
    async stop() {
      const asked = performance.now()
      const how = await end('SIGTERM')
      return { how, ms: performance.now() - asked }
    },
    [Symbol.asyncDispose]: () => end('SIGKILL').then(() => undefined),
  }
}

/** How a host is once it says that all it depends on is there, or when its time is over. */
export const readyWithin = async ({ url }: ServerProcess, ms: number): Promise<string> => {
  for (const begun = performance.now(); ; await sleep(100)) {
    const health = await look(url)
    if (health === 'ready' || performance.now() - begun > ms) return health
  }
}

const look = async (url: string): Promise<string> => {
  try {
    const answer = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })
    const text = await answer.text()
    return answer.status === 200 && !/degraded|down/.test(text) ? 'ready' : `${answer.status} ${text}`
  } catch (error) {
    return String(error)
  }
}

/** Below the ports that the system hands out to whoever connects: ours is still free after a while of being down. */
export const portFor = async (name: string, tries = 50): Promise<number> => {
  const wanted = 12_000 + Math.floor(Math.random() * 8_000)
  if ((await freePort(wanted)) === wanted) return wanted
  if (tries === 0) throw new Error(`there is no port for ${name}`)
  return portFor(name, tries - 1)
}
