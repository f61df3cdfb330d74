import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Env } from './host-process.ts'

/** Where the image is built from. */
export const repository = join(import.meta.dirname, '..', '..', '..')

/** A service that runs the image of this repository. */
export interface ComposedService {
  readonly name: string
  /** What runs in the container, from the folder of the repository. */
  readonly command: readonly string[]
  /** All that it finds in its environment: the image's own, and what the file says. */
  readonly env: Env
  /** What tells whether it is well, run within the container. */
  readonly healthcheck: readonly string[]
  /** Seconds that it has for its end. */
  readonly graceSeconds: number
}

/** One way to call `docker compose`, as the head of the file writes it. */
export interface Invocation {
  /** As it is written there. */
  readonly line: string
  readonly variables: Env
  readonly profile: string | undefined
}

const path = join(repository, 'docker-compose.yml')

/** The ways to call it that the head of `docker-compose.yml` names. */
export const invocations = (): Invocation[] =>
  [...readFileSync(path, 'utf8').matchAll(/^# +(((?:\w+=\S+ )*)docker compose (.*)up\b.*)$/gm)].map(
    ([, line = '', assigned = '', options = '']) => ({
      line,
      variables: assignmentsIn(assigned.trim().split(' ').join('\n')),
      profile: /--profile (\w+)/.exec(options)?.[1],
    }),
  )

/** `NAME=value`, one a line, as `.env` holds them; quotes keep a value from being read for more than it is. */
export const assignmentsIn = (text: string): Env =>
  Object.fromEntries(
    text.split('\n').flatMap(line => {
      const [, name, , value] = /^(\w+)=('?)(.*)\2$/.exec(line) ?? []
      return name === undefined || value === undefined ? [] : [[name, value]]
    }),
  )

/** The services of the image that run in a profile, in the order in which they stand there, and the names of all there are. */
export const composed = ({ variables, profile }: Pick<Invocation, 'variables' | 'profile'>) => {
  const { services } = file.parse(
    parse(readFileSync(path, 'utf8'), (_, value: unknown) =>
      typeof value === 'string' ? interpolated(value, variables) : value,
    ),
  )
  const running = Object.entries(services).filter(
    ([, { profiles }]) => profiles === undefined || profiles.some(each => each === profile),
  )
  const ours = running.flatMap(([name, service]): ComposedService[] => {
    if (service.build === undefined) return []
    const { env, command, healthcheck } = image()
    const [kind, ...test] = service.healthcheck?.test ?? ['CMD', ...healthcheck]
    if (kind !== 'CMD') throw new Error(`${name}: only commands tell here whether a service is well`)
    return [
      {
        name,
        command: service.command ?? command,
        env: { ...env, ...service.environment },
        healthcheck: test,
        graceSeconds: Number(/^(\d+)s$/.exec(service.stop_grace_period ?? '10s')?.[1]),
      },
    ]
  })
  return { ours, names: Object.keys(services) }
}

const file = z.object({
  services: z.record(
    z.string(),
    z.object({
      profiles: z.array(z.string()).optional(),
      build: z.literal('.').optional(),
      command: z.array(z.string()).optional(),
      environment: z.record(z.string(), z.coerce.string()).optional(),
      healthcheck: z.object({ test: z.array(z.string()) }).optional(),
      stop_grace_period: z.string().optional(),
    }),
  ),
})

/** `${NAME:-default}` and `${NAME:?complaint}`; a variable that is empty counts as one that is not set. */
const interpolated = (text: string, variables: Env): string =>
  text.replaceAll(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, otherwise: string) => {
    const value = variables[name]
    if (value) return value
    if (kind === '?') throw new Error(`${name}: ${otherwise}`)
    return otherwise
  })

/** What the last stage of the Dockerfile says of the containers that are made of it. */
const image = () => {
  const stage =
    readFileSync(join(repository, 'Dockerfile'), 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? ''
  const given = (pattern: RegExp): string => {
    const found = pattern.exec(stage)?.[1]
    if (found === undefined) throw new Error(`the Dockerfile has nothing like ${pattern}`)
    return found
  }
  return {
    env: assignmentsIn(
      given(/^ENV (.*)$/m)
        .split(' ')
        .join('\n'),
    ),
    command: words.parse(JSON.parse(given(/^CMD (\[.*\])$/m))),
    healthcheck: words.parse(JSON.parse(given(/^HEALTHCHECK [^[]*CMD (\[.*\])$/m))),
  }
}

const words = z.array(z.string())
