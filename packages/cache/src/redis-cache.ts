import { randomUUID } from 'node:crypto'
import type { Logger, Metrics } from '@plinth/telemetry'
import { silentLogger, silentMetrics } from '@plinth/telemetry'
import type { Bus } from './bus.ts'
import type { Cache } from './cache.ts'
import { readsCounter } from './cache-metrics.ts'
import { createMemoryTier } from './memory-tier.ts'
import type { RedisConnection } from './redis-connection.ts'
import { createRedisTier } from './redis-tier.ts'
import { createTieredCache } from './tiered-cache.ts'

/** What the cache over Redis is made with. */
export interface RedisCacheOptions {
  readonly redis: RedisConnection
  /** Tells other processes what has changed; without it, `memory` entries elsewhere live out their time. */
  readonly bus?: Bus
  /** What each process keeps itself in front of Redis, for a short while; none unless given. */
  readonly memory?: {
    readonly maxEntries?: number
    readonly maxBytes?: number
    /** Milliseconds; the longest that a process may serve what another one has changed. */
    readonly ttlMs?: number
  }
  readonly logger?: Logger
  readonly metrics?: Metrics
}

/** A cache that all replicas share. While Redis is away everything is loaded from its source. */
export const createRedisCache = ({
  redis,
  bus,
  memory,
  logger = silentLogger,
  metrics = silentMetrics,
}: RedisCacheOptions): Cache => {
  const self = randomUUID()
  const shared = createRedisTier({
    redis,
    changed: async keys => bus?.publish(channel, { from: self, keys }),
  })
  const leave = () => {
    unsubscribe?.()
    shared.close()
  }
  const cache = createTieredCache({
    shared,
    ...(memory && {
      memory: createMemoryTier({
        maxEntries: memory.maxEntries ?? 1_000,
        maxBytes: memory.maxBytes ?? 16 * 1024 * 1024,
      }),
    }),
    memoryTtlMs: memory?.ttlMs ?? 2_000,
    logger,
    reads: readsCounter(metrics),
    dispose: async () => leave(),
  })
  const unsubscribe = bus?.subscribe(
    channel,
    message => {
      const change = readChange(message)
      if (change !== undefined && change.from !== self) cache.overtaken(change.keys)
    },
    () => cache.overtakenAll(),
  )
  return cache
}

const channel = 'cache.changed'

const readChange = (message: unknown): { from: string; keys: string[] } | undefined => {
  if (typeof message !== 'object' || message === null) return undefined
  if (!('from' in message && typeof message.from === 'string')) return undefined
  if (!('keys' in message && Array.isArray(message.keys))) return undefined
  return { from: message.from, keys: message.keys.filter(key => typeof key === 'string') }
}
