import { createGateway, forwardRoutes, gatewayOf, rpcRoutes, serveHealth, serveMetrics } from '@plinth/http'
import { type Client, contextOf, type ExposedContract, service } from '@plinth/kernel'
import type { Job, Pool } from '@plinth/postgres'
import type { Logger, MetricsRegistry, Spans } from '@plinth/telemetry'
import type { UsersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import type { AccessStanding } from './access-standing.ts'
import type { ForwardedDomain, HostedDomain } from './composition.ts'
import type { Config } from './config.ts'
import type { Connections } from './connections.ts'
import { type Needs, readHealth } from './health.ts'
import type { ServiceTokens } from './wire/service-tokens.ts'

/** What the faces of a host need. */
export interface FaceOptions {
  readonly config: Config
  readonly connections: Connections
  /** Where idempotency keys are kept. */
  readonly pool: Pool
  readonly standing: AccessStanding
  readonly users: Client<UsersContract, 'getKeys'>
  readonly tokens: ServiceTokens
  readonly needs: Needs
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly spans?: Spans | undefined
  readonly isStopping: () => boolean
}

/**
 * What clients see: the routes of all domains, wherever these are.
 *
 * @param inside what other parts of the shop may call; they may then pass requests of clients on, too
 */
export const createPublicFace = async (
  options: FaceOptions,
  domains: readonly (HostedDomain | ForwardedDomain)[],
  { inside }: { readonly inside: readonly ExposedContract[] | undefined },
): Promise<{ app: FastifyInstance; jobs: readonly Job[] }> => {
  const { config, metrics, standing, tokens } = options
  const app = await gatewayFor(options, inside === undefined ? {} : { passedOn: tokens })
  if (inside !== undefined) await app.register(rpcRoutes(inside))
  for (const domain of domains) {
    if (domain.where === 'here') await app.register(domain.routes)
    else await forwardRoutes(app, domain.routes, forwardTo(domain, standing))
  }
  serveState(app, options)
  if (!config.production || config.METRICS_PUBLIC) serveMetrics(app, metrics)
  return { app, jobs: gatewayOf(app).idempotency.jobs }
}

/** What the other parts of the shop see of a host whose public face is for everybody: its contracts, and how it is. */
export const createInternalFace = async (
  options: FaceOptions,
  contracts: readonly ExposedContract[],
): Promise<FastifyInstance> => {
  const app = await gatewayFor(options, {})
  await app.register(rpcRoutes(contracts))
  serveState(app, options)
  serveMetrics(app, options.metrics)
  return app
}

const gatewayFor = (options: FaceOptions, more: { readonly passedOn?: ServiceTokens }) => {
  const { config, connections, pool, standing, users, logger, metrics, spans } = options
  return createGateway({
    ...{ logger, metrics, spans, pool, limiter: connections.limiter },
    limits: {
      general: config.RATE_LIMIT_PER_MINUTE,
      credentialsByAccount: config.AUTH_RATE_LIMIT_PER_ACCOUNT,
      credentialsByAddress: config.AUTH_RATE_LIMIT_PER_ADDRESS,
    },
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS,
    authentication: {
      publicKeys: async () => (await users.getKeys(contextOf(service('host')), {})).keys,
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      permissionsOf: standing.permissionsOf,
      standing: standing.of,
    },
    ...more,
  })
}

const serveState = (app: FastifyInstance, { config, connections, needs, isStopping }: FaceOptions) =>
  serveHealth(app, () => readHealth(config, connections, needs), isStopping)

/** What changes who may do what is asked for at once, and not only when it is asked for by the clock. */
const forwardTo =
  ({ neighbour }: ForwardedDomain, standing: AccessStanding): ForwardedDomain['neighbour']['forward'] =>
  async request => {
    const answer = await neighbour.forward(request)
    if (neighbour.name === 'users' && request.method !== 'GET' && answer.status < 300) standing.job.wake()
    return answer
  }
