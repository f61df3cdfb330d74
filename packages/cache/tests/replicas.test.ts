import { createRedisBus, createRedisCache } from '@plinth/cache'
import { createMetrics } from '@plinth/telemetry'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connected, redisUrl } from './redis.ts'

const options = { ttlMs: 60_000, parse: String }

/** Two processes' caches on one Redis, each with memory in front that would hold an entry for a minute. */
const twoReplicas = async () => {
  const first = await connected()
  const second = await connected({ url: redisUrl, prefix: first.prefix })
  const replicas = [first, second].map(redis => {
    const bus = createRedisBus({ redis })
    const cache = createRedisCache({ redis, bus, memory: { ttlMs: 60_000 } })
    onTestFinished(async () => {
      await cache[Symbol.asyncDispose]()
      await bus[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
    })
    return cache
  })
  const [one, other] = replicas
  if (one === undefined || other === undefined) throw new Error('two were made')
  return { one, other }
}

test('what one replica loaded the other one has', async () => {
  const { one, other } = await twoReplicas()
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
    const { one, other } = await twoReplicas()
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

test('a load that another replica overtook is kept by nobody', async () => {
  const { one, other } = await twoReplicas()
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
  const redis = await connected()
  onTestFinished(() => redis[Symbol.asyncDispose]())
  const cache = createRedisCache({ redis, metrics })
  await cache.getOrLoad('key', options, async () => 'value')
  await vi.waitFor(async () => expect(await cache.get('key', options)).toBe('value'))
  await cache.getOrLoad('key', options, async () => 'value')
  const text = await metrics.text()
  expect(text).toContain('plinth_cache_reads_total{outcome="loaded"} 1')
  expect(text).toContain('plinth_cache_reads_total{outcome="shared"} 1')
})
