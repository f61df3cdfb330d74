import { type Client, type Contract, remote } from '@plinth/kernel'
import type { Job } from '@plinth/postgres'
import type { Logger, Metrics } from '@plinth/telemetry'
import { type Config, ConfigError } from '../config.ts'
import type { Connections } from '../connections.ts'
import { contracts } from '../contracts.ts'
import { identityOf } from '../own-role.ts'
import { type Domain, domains, everywhere, isHere, type Place, urlVariable } from '../place.ts'
import type { Foundations } from '../substitutes.ts'
import { type Audience, createAudience } from './audience.ts'
import { createNeighbour, type Neighbour } from './neighbour.ts'
import { createServiceTokens, type ServiceTokens } from './service-tokens.ts'

/** The domains that are elsewhere, and what they and we know each other by. */
export interface Neighbours extends AsyncDisposable {
  readonly all: readonly Neighbour[]
  /** Undefined where the domain is here. */
  readonly of: (domain: Domain) => Neighbour | undefined
  /** What a domain that is elsewhere does for others. */
  readonly far: <C extends Contract>(contract: C) => Client<C>
  readonly tokens: ServiceTokens
  /** Who takes which events. */
  readonly audience: Audience
  /** By which road our events go: the same for all whose events reach each other. */
  readonly events: () => Promise<string>
  /** Greets all of them, once; throws a `ConfigError` where one can never fit, so configured. */
  readonly greet: () => Promise<void>
  /** Greets all of them, all the time. */
  readonly jobs: readonly Job[]
}

/** What neighbours need. */
export interface NeighboursOptions {
  readonly foundations: Pick<Foundations, 'keys'>
  readonly connections: Pick<Connections, 'pool' | 'broker'>
  readonly logger: Logger
  readonly metrics: Metrics
}

/** Those that the configuration names and this place calls; nothing is asked of them yet. */
export const openNeighbours = (
  config: Config,
  { foundations, connections, logger, metrics }: NeighboursOptions,
  place: Place = everywhere,
): Neighbours => {
  const self = place.only ?? 'api'
  const tokens = createServiceTokens({
    keys: config.SERVICE_KEYS ?? foundations.keys,
    issuer: config.JWT_ISSUER,
    name: self,
    audiences: domains.filter(domain => isHere(place, domain, config)),
  })
  const events = eventsOf(config, connections)
  const audience = createAudience(connections.broker)
  const all = domains.flatMap(name => {
    const url = config[urlVariable(name)]
    if (url === undefined || isHere(place, name, config)) return []
    if (place.only !== undefined && !place.calls.includes(name)) return []
    const contract = contractOf(name)
    return [
      createNeighbour({
        name,
        url,
        contract,
        self,
        events,
        audience,
        logger,
        metrics,
        signActor: tokens.signerFor(name),
      }),
    ]
  })
  const of = (domain: string) => all.find(({ name }) => name === domain)
  return {
    all,
    of,
    tokens,
    audience,
    events,
    jobs: all.map(({ job }) => job),
    far(contract) {
      const neighbour = of(contract.name)
      if (neighbour === undefined) throw new Error(`${self} does not say that it calls ${contract.name}`)
      return remote(contract, neighbour)
    },
    async greet() {
      const greeted = await Promise.all(all.map(async ({ name, greet }) => ({ name, status: await greet() })))
      const problems = greeted.flatMap(({ name, status }) =>
        !status.up && status.lasting ? [`${name.toUpperCase()}_URL: ${status.reason}`] : [],
      )
      if (problems.length > 0) throw new ConfigError(problems)
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map(each => each[Symbol.asyncDispose]()))
    },
  }
}

const contractOf = (name: Domain): Contract => {
  const contract = contracts.find(each => each.name === name)
  if (contract === undefined) throw new Error(`there is no contract of ${name}`)
  return contract
}

/** PostgreSQL carries events within one database alone. */
const eventsOf = (config: Config, { pool }: Pick<Connections, 'pool'>): (() => Promise<string>) => {
  const namespace = config.AMQP_NAMESPACE
  if (config.AMQP_URL !== undefined) return async () => `RabbitMQ as ${namespace}`
  let known: string | undefined
  return async () => {
    known ??= `PostgreSQL as ${namespace} (${await identityOf(pool)})`
    return known
  }
}
