import { randomUUID } from 'node:crypto'
import type { RedisConnection, RedisSettings } from '@plinth/cache/redis'
import { connectRedis } from '@plinth/cache/redis'
import { eventually } from '@plinth/testing'

/** A connection that is ready, with a prefix that nobody else has. */
export const connected = async (
  url: string,
  settings: Partial<RedisSettings> = {},
): Promise<RedisConnection> => {
  const redis = connectRedis({ url, prefix: `test:${randomUUID()}:`, ...settings })
  await ready(redis)
  return redis
}

export const ready = (redis: RedisConnection) => eventually(() => redis.status() === 'ready', { every: 5 })
