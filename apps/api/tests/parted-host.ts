import { join } from 'node:path'
import { type Domain, domains, urlVariable } from '@plinth/host'
import { eventually } from '@plinth/testing'
import { z } from 'zod'
import { freePort } from './free-port.ts'
import type { Env, HostProcess } from './host-process.ts'
import { homeVariable } from './topology.ts'

/** The domains that are outside in a shop of this environment. */
export const outsideOf = (env: Env): readonly Domain[] =>
  domains.filter(domain => env[homeVariable(domain)] !== undefined)

/** A process of a shop of several. */
export type Part = 'api' | Domain

/** A shop of several processes: to whoever uses it one host. */
export interface PartedHost extends HostProcess {
  /** Ends a process by SIGKILL. */
  readonly kill: (part: Part) => Promise<void>
  /** Starts it again, at the same address. */
  readonly restart: (part: Part) => Promise<void>
}

/** How to start a shop of several processes. */
export interface PartedOptions {
  /** Starts one process by its main module, and waits until it listens. */
  readonly start: (main: string, env: Env) => Promise<HostProcess>
  /** By which way the others reach a domain that is outside; straight unless given. */
  readonly via?: (domain: Domain, url: string) => Promise<string>
}

/**
 * Starts a shop as several processes: the api, and a deployable for each domain that is outside. Gives them when all of
 * them see each other.
 */
export const startParted = async (env: Env, { start, via }: PartedOptions): Promise<PartedHost> => {
  const outside = outsideOf(env)
  // Each has to be told where the others will be.
  const [port, inner] = await Promise.all([freePort(), freePort()])
  const ports = new Map(await Promise.all(outside.map(async domain => [domain, await freePort()] as const)))
  const urls = new Map<Domain, string>()
  for (const [domain, its] of ports) {
    const url = `http://127.0.0.1:${its}`
    urls.set(domain, via === undefined ? url : await via(domain, url))
  }
  const urlsOf = (which: readonly Domain[]): Env =>
    Object.fromEntries(
      which.map(domain => [urlVariable(domain), urls.get(domain) ?? `http://127.0.0.1:${inner}`]),
    )
  const envOf = (part: Part): Env =>
    part === 'api'
      ? { ...env, PORT: String(port), INTERNAL_PORT: String(inner), ...urlsOf(outside) }
      : {
          ...env,
          ...urlsOf(domains),
          // Each has three pools, and all of them share the connections of one server with other shops.
          DATABASE_POOL_SIZE: outside.length > 1 ? '3' : '5',
          DATABASE_URL: env[homeVariable(part)] ?? '',
          PORT: String(ports.get(part)),
        }
  const running = new Map<Part, HostProcess>()
  const launch = async (part: Part) => {
    running.set(part, await start(mainOf(part), envOf(part)))
  }
  const partOf = (part: Part): HostProcess => {
    const found = running.get(part)
    if (found === undefined) throw new Error(`${part} does not run`)
    return found
  }
  const all = () => [...running.values()]

  await using stack = new AsyncDisposableStack()
  // The api goes first, since it asks the others.
  stack.defer(async () => {
    const parts = ([...outside, 'api'] as const).toReversed()
    for (const part of parts) await running.get(part)?.[Symbol.asyncDispose]()
  })
  const started = await Promise.allSettled((['api', ...outside] as const).map(launch))
  for (const each of started) if (each.status === 'rejected') throw each.reason
  await Promise.all(all().map(seesTheOthers))
  const kept = stack.move()
  return {
    url: `http://127.0.0.1:${port}`,
    output: () =>
      all()
        .map(each => each.output())
        .join(''),
    async stop(signal) {
      const ends = all().map(each => each.stop(signal))
      await Promise.all(ends)
      return partOf('api').stop()
    },
    async kill(part) {
      await partOf(part).stop('SIGKILL')
    },
    restart: launch,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const mainOf = (app: Part) => join(import.meta.dirname, '..', '..', app, 'src', 'main.ts')

const seesTheOthers = ({ url }: HostProcess) =>
  eventually(
    async () => {
      const answer = await fetch(`${url}/health/ready`)
      const text = await answer.text()
      if (readiness.safeParse(JSON.parse(text)).data?.status !== 'ready') throw new Error(`${url}: ${text}`)
    },
    { within: 60_000, every: 100 },
  )

const readiness = z.object({ status: z.string() })
