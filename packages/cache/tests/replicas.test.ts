import type { Cache } from '@plinth/cache'
import type { RedisConnection } from '@plinth/cache/redis'
import { createRedisBus, createRedisCache } from '@plinth/cache/redis'
import { createMetrics } from '@plinth/telemetry'
import { describeWith } from '@plinth/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connected } from './redis.ts'

describeWith('redis', 'replicas on one Redis', url => {
  test('what one replica loaded the other one has', async () => {
    const { one, other } = await twoReplicas(url)
    await one.getOrLoad('key', options, async () => 'loaded')
    await vi.waitFor(async () => expect(await other.get('key', options)).toBe('loaded'))
    expect(await other.getOrLoad('key', options, async () => 'again')).toBe('loaded')
  })

  test.each([
    ['deletes', 'new'],
    ['sets', 'set'],
  ] as const)(
    'what one replica %s the other one soon no longer serves from its memory',
    async (how, expected) => {
      const { one, other } = await twoReplicas(url)
      await one.set('key', 'old', options)
      // Once it is in the other one's memory, only the bus can tell it.
      await vi.waitFor(async () => {
        expect(await other.getOrLoad('key', options, async () => 'unused')).toBe('old')
      })
      if (how === 'deletes') await one.delete('key')
      else await one.set('key', 'set', options)
      await vi.waitFor(async () => {
        expect(await other.getOrLoad('key', options, async () => 'new')).toBe(expected)
      })
    },
  )

  test('what a replica forgets it does not read in Redis again, though Redis hears of it a moment later', async () => {
    const { one } = await twoReplicas(url)
    const keys = Array.from({ length: 20 }, (_, n) => `key-${n}`)
    for (const key of keys) await one.set(key, 'old', options)
    const forgetting = keys.map(key => one.delete(key))
    for (const key of keys) expect(await one.getOrLoad(key, options, async () => 'new')).toBe('new')
    await Promise.all(forgetting)
    for (const key of keys) expect(await one.getOrLoad(key, options, async () => 'newer')).toMatch(/^new/)
  })

  test('a load that another replica overtook is kept by nobody', async () => {
    const { one, other } = await twoReplicas(url)
    const source = Promise.withResolvers<string>()
    const started = Promise.withResolvers<void>()
    const loading = one.getOrLoad('key', options, () => {
      started.resolve()
      return source.promise
    })
    await started.promise
    await other.delete('key')
    source.resolve('old')
    expect(await loading).toBe('old')
    expect(await other.getOrLoad('key', options, async () => 'new')).toBe('new')
    await vi.waitFor(async () => expect(await one.get('key', options)).toBe('new'))
  })

  test('reads are counted by where they were answered from', async () => {
    const metrics = createMetrics({ defaults: false })
    const redis = await connected(url)
    onTestFinished(() => redis[Symbol.asyncDispose]())
    const cache = createRedisCache({ redis, metrics })
    await cache.getOrLoad('key', options, async () => 'value')
    await vi.waitFor(async () => expect(await cache.get('key', options)).toBe('value'))
    await cache.getOrLoad('key', options, async () => 'value')
    const text = await metrics.text()
    expect(text).toContain('plinth_cache_reads_total{outcome="loaded"} 1')
    expect(text).toContain('plinth_cache_reads_total{outcome="shared"} 1')
  })
})

const options = { ttlMs: 60_000, parse: String }

/** Two processes' caches on one Redis, each with memory in front that would hold an entry for a minute. */
const twoReplicas = async (url: string) => {
  const one = await connected(url)
  const other = await connected(url, { prefix: one.prefix })
  return { one: await replica(one), other: await replica(other) }
}

const replica = async (redis: RedisConnection): Promise<Cache> => {
  const bus = createRedisBus({ redis })
  const cache = createRedisCache({ redis, bus, memory: { ttlMs: 60_000 } })
  onTestFinished(async () => {
    await cache[Symbol.asyncDispose]()
    await bus[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
  })
  // Subscriptions are made in order: once this one stands, the cache's does too.
  await new Promise<void>(resolve => bus.subscribe('standing', () => undefined, resolve))
  return cache
}
