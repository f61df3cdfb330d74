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

/**
 * Starts a shop as several processes: the api, and a deployable for each domain that is outside. To whoever uses it they
 * are one host. Gives them when all of them see each other.
 *
 * @param start starts one process by its main module, and waits until it listens
 */
export const startParted = async (
  env: Env,
  start: (main: string, env: Env) => Promise<HostProcess>,
): Promise<HostProcess> => {
  const outside = outsideOf(env)
  // Each has to be told where the others will be.
  const inner = await freePort()
  const ports = new Map(await Promise.all(outside.map(async domain => [domain, await freePort()] as const)))
  const urlsOf = (which: readonly Domain[]): Env =>
    Object.fromEntries(
      which.map(domain => [urlVariable(domain), `http://127.0.0.1:${ports.get(domain) ?? inner}`]),
    )
  const starting = [
    start(mainOf('api'), { ...env, INTERNAL_PORT: String(inner), ...urlsOf(outside) }),
    ...outside.map(domain =>
      start(mainOf(domain), {
        ...env,
        ...urlsOf(domains),
        DATABASE_URL: env[homeVariable(domain)] ?? '',
        PORT: String(ports.get(domain)),
      }),
    ),
  ]
  await using stack = new AsyncDisposableStack()
  const started = await Promise.allSettled(starting)
  // In the end the api goes first.
  for (const each of started.toReversed()) if (each.status === 'fulfilled') stack.use(each.value)
  const [api, ...parts] = await Promise.all(starting)
  if (api === undefined) throw new Error('there is no api')
  await Promise.all([api, ...parts].map(seesTheOthers))
  const kept = stack.move()
  return {
    url: api.url,
    output: () => [api, ...parts].map(each => each.output()).join(''),
    stop: async signal => {
      const [ended] = await Promise.all([api, ...parts].map(each => each.stop(signal)))
      if (ended === undefined) throw new Error('there is no api')
      return ended
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

const mainOf = (app: string) => join(import.meta.dirname, '..', '..', app, 'src', 'main.ts')

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
