import { randomUUID } from 'node:crypto'
import type { RedisConnection, RedisSettings } from '@plinth/cache'
import { connectRedis } from '@plinth/cache'
import { vi } from 'vitest'

/** The Redis that the tests use; they touch nothing outside of their own prefix. */
export const redisUrl = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'

/** A connection that is ready, with a prefix that nobody else has. */
export const connected = async (settings: Partial<RedisSettings> = {}): Promise<RedisConnection> => {
  const redis = connectRedis({ url: redisUrl, prefix: `test:${randomUUID()}:`, ...settings })
  await ready(redis)
  return redis
}

export const ready = (redis: RedisConnection): Promise<void> =>
  vi.waitFor(
    () => {
      if (redis.status() !== 'ready') throw new Error(`Redis is ${redis.status()}`)
    },
    { timeout: 5_000, interval: 5 },
  )
