import type { Logger, Metrics } from '@plinth/telemetry'
import { silentLogger, silentMetrics } from '@plinth/telemetry'
import type { Cache } from './cache.ts'
import { readsCounter } from './cache-metrics.ts'
import { createMemoryTier } from './memory-tier.ts'
import { createTieredCache } from './tiered-cache.ts'

/** How much the cache within a process may hold. */
export interface MemoryCacheOptions {
  /** Entries kept at most; the least recently used go first. */
  readonly maxEntries?: number
  /** Bytes of JSON kept at most, roughly: a character counts as two. */
  readonly maxBytes?: number
  /** A clock in milliseconds that only goes forward. */
  readonly now?: () => number
  readonly logger?: Logger
  readonly metrics?: Metrics
}

/** A cache within one process: what there is where no Redis is configured. */
export const createMemoryCache = ({
  maxEntries = 10_000,
  maxBytes = 64 * 1024 * 1024,
  now,
  logger = silentLogger,
  metrics = silentMetrics,
}: MemoryCacheOptions = {}): Cache =>
  createTieredCache({
    memory: createMemoryTier({ maxEntries, maxBytes, ...(now && { now }) }),
    memoryTtlMs: Number.POSITIVE_INFINITY,
    logger,
    reads: readsCounter(metrics),
    dispose: async () => undefined,
  })
