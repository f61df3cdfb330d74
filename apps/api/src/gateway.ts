import type { Config, Connections } from '@plinth/host'
import { createGateway, gatewayOf, serveHealth, serveMetrics } from '@plinth/http'
import { serveDocs } from '@plinth/http/docs'
import { contextOf, service } from '@plinth/kernel'
import type { Job } from '@plinth/postgres'
import type { Logger, MetricsRegistry } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { apiInfo } from './api-info.ts'
import { asyncApiOf } from './asyncapi.ts'
import { auditRoutes } from './audit-routes.ts'
import type { Shop } from './compose.ts'
import { contracts } from './contracts.ts'
import { deadLetterRoutes } from './dead-letter-routes.ts'

/** What the public face of the shop needs. */
export interface FaceOptions {
  readonly config: Config
  readonly connections: Connections
  readonly shop: Shop
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  readonly publicUrl: string
  readonly isStopping: () => boolean
}

/** The public face of the shop: all routes on one gateway, and the gateway's own jobs. */
export const createFace = async (
  options: FaceOptions,
): Promise<{ app: FastifyInstance; jobs: readonly Job[] }> => {
  const { config, connections, shop, logger, metrics } = options
  const app = await createGateway({
    logger,
    metrics,
    pool: connections.pool,
    limiter: connections.limiter,
    limits: {
      general: config.RATE_LIMIT_PER_MINUTE,
      credentialsByAccount: config.AUTH_RATE_LIMIT_PER_ACCOUNT,
      credentialsByAddress: config.AUTH_RATE_LIMIT_PER_ADDRESS,
    },
    trustProxy: config.TRUST_PROXY,
    corsOrigins: config.CORS_ORIGINS,
    authentication: {
      publicKeys: async () => (await shop.users.operations.getKeys(contextOf(service('host')), {})).keys,
      issuer: config.JWT_ISSUER,
      audience: config.JWT_AUDIENCE,
      permissionsOf: shop.standing.permissionsOf,
      standing: shop.standing.of,
    },
  })
  for (const domain of [
    shop.users,
    shop.catalog,
    shop.cart,
    shop.orders,
    shop.payments,
    shop.notifications,
  ]) {
    if ('routes' in domain) await app.register(domain.routes)
  }
  deadLetterRoutes(app, shop.deadLetters.operations)
  auditRoutes(app, shop.audit)
  serveHealth(app, () => readHealth(config, connections), options.isStopping)
  if (!config.production || config.METRICS_PUBLIC) serveMetrics(app, metrics)
  await serveDocs(app, apiInfo(options.publicUrl))
  const events = asyncApiOf(contracts, `${config.AMQP_NAMESPACE}.events`)
  app.get('/asyncapi.json', async () => events)
  return { app, jobs: gatewayOf(app).idempotency.jobs }
}

/** How each dependency is. The shop can do without all but PostgreSQL for a while. */
const readHealth = async (config: Config, { pool, redis, broker }: Connections) => ({
  postgres: { status: upOrDown((await pool.status()).up), required: true },
  ...(redis !== undefined && { redis: { status: upOrDown(redis.status() === 'ready'), required: false } }),
  ...(config.AMQP_URL !== undefined && {
    rabbitmq: { status: upOrDown(broker.status().up), required: false },
  }),
})

const upOrDown = (up: boolean): 'up' | 'down' => (up ? 'up' : 'down')
