import { createMemoryCache } from '@plinth/cache'
import type { RedisCacheOptions, RedisConnection } from '@plinth/cache/redis'
import { createRedisCache } from '@plinth/cache/redis'
import { isFrozen } from '@plinth/kernel'
import { describeWith } from '@plinth/testing'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { cacheConformance } from './cache-conformance.ts'
import { connected } from './redis.ts'

describe('a cache in memory', () => cacheConformance(async () => createMemoryCache()))

describeWith('redis', 'a cache in Redis', url => cacheConformance(() => inRedis(url, {})))

describeWith('redis', 'a cache in Redis with memory in front', url =>
  cacheConformance(() => inRedis(url, { memory: {} })),
)

describe('what a cache in memory holds', () => {
  test('is no more entries and no more bytes than it may', async () => {
    const options = { ttlMs: 60_000, parse: String }
    const few = createMemoryCache({ maxEntries: 2 })
    for (const key of ['a', 'b', 'c']) await few.set(key, key, options)
    expect(await few.get('a', options)).toBeUndefined()
    expect(await few.get('c', options)).toBe('c')
    const small = createMemoryCache({ maxBytes: 1_000 })
    await small.set('large', 'x'.repeat(1_000), options)
    expect(await small.get('large', options)).toBeUndefined()
  })

  test('cannot be changed through what was read from it', async () => {
    const cache = createMemoryCache()
    const options = { ttlMs: 60_000, parse: (json: unknown) => json }
    await cache.getOrLoad('list', options, async () => [1])
    const read = await cache.getOrLoad('list', options, async () => 'unused')
    expect(() => Array.isArray(read) && read.push(2)).toThrow(TypeError)
  })

  test('is parsed once for all who read it, and known to be constant', async () => {
    const cache = createMemoryCache()
    const parse = vi.fn((json: unknown) => ({ json }))
    const options = { ttlMs: 60_000, parse }
    await cache.set('thing', { a: 1 }, options)
    const first = await cache.get('thing', options)
    expect(await cache.get('thing', options)).toBe(first)
    expect(parse).toHaveBeenCalledOnce()
    expect(isFrozen(first)).toBe(true)
  })
})

const connections: RedisConnection[] = []
afterAll(async () => {
  for (const redis of connections) await redis[Symbol.asyncDispose]()
})

const inRedis = async (url: string, options: Omit<RedisCacheOptions, 'redis'>) => {
  const redis = await connected(url)
  connections.push(redis)
  return createRedisCache({ redis, ...options })
}
