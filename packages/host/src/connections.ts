import {
  type Bus,
  type Cache,
  createMemoryBus,
  createMemoryCache,
  createRateLimiter,
  type RateLimiter,
} from '@plinth/cache'
import {
  connectRedis,
  createRedisBus,
  createRedisCache,
  createRedisRateLimiter,
  type RedisConnection,
} from '@plinth/cache/redis'
import { type Broker, createPostgresBroker } from '@plinth/messaging'
import { createRabbitBroker } from '@plinth/messaging/rabbitmq'
import { connectPostgres, type Pool } from '@plinth/postgres'
import type { Logger, Metrics, Spans } from '@plinth/telemetry'
import type { Config } from './config.ts'
import { everywhere, isParted, type Place } from './place.ts'

/**
 * What is kept in memory in front of Redis: a few hundred entries, those that are asked for again and again. What is made
 * of an entry (the value, its JSON, the bytes of an answer) takes as much again as the entry, several times.
 */
const nearby = { maxBytes: 4 * 1024 * 1024 }

/** What a deployable is connected to. Nothing here waits for the other side. */
export interface Connections extends AsyncDisposable {
  readonly pool: Pool
  readonly broker: Broker
  readonly cache: Cache
  readonly bus: Bus
  readonly limiter: RateLimiter
  /** Undefined where no Redis is configured. */
  readonly redis: RedisConnection | undefined
}

/** Opens the connections that the configuration names; what it does not name stays in the process or in PostgreSQL. */
export const openConnections = (
  config: Config,
  {
    databaseUrl,
    place = everywhere,
    logger,
    metrics,
    spans,
  }: {
    readonly databaseUrl: string
    readonly place?: Place
    readonly logger: Logger
    readonly metrics: Metrics
    readonly spans?: Spans | undefined
  },
): Connections => {
  const pool = connectPostgres({
    ...{ url: databaseUrl, max: config.DATABASE_POOL_SIZE, logger, metrics, spans },
    pooling: config.DATABASE_POOL_MODE,
    directUrl: config.DATABASE_DIRECT_URL,
  })
  const namespace = config.AMQP_NAMESPACE
  const broker =
    config.AMQP_URL === undefined
      ? createPostgresBroker({ pool, namespace, logger })
      : createRabbitBroker({
          ...{ url: config.AMQP_URL, pool, namespace, logger },
          // What is elsewhere may have a database of its own, where what we take is not written down.
          boundByType: isParted(place, config),
        })
  const redis =
    config.REDIS_URL === undefined
      ? undefined
      : connectRedis({
          url: config.REDIS_URL,
          prefix: config.REDIS_PREFIX,
          onError: error => logger.warn({ err: error }, 'Redis is not answering'),
        })
  const bus = redis === undefined ? createMemoryBus() : createRedisBus({ redis, logger })
  const cache =
    redis === undefined
      ? createMemoryCache()
      : createRedisCache({ redis, bus, memory: nearby, logger, metrics })
  const limiter = redis === undefined ? createRateLimiter() : createRedisRateLimiter({ redis })
  return {
    pool,
    broker,
    cache,
    bus,
    limiter,
    redis,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]()
      await cache[Symbol.asyncDispose]()
      await bus[Symbol.asyncDispose]()
      await redis?.[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
    },
  }
}
