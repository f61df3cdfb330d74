import { randomUUID } from 'node:crypto'
import {
  connectRedis,
  createRedisBus,
  createRedisCache,
  createRedisRateLimiter,
  type RedisConnection,
} from '@plinth/cache/redis'
import { describeWith, type FaultProxy, serviceUrl, startFaultProxy } from '@plinth/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ready } from './redis.ts'

describeWith('redis', 'a Redis that goes away', () => {
  test('boot does not wait for Redis: everything works without it, and with it once it is there', async () => {
    const { proxy, redis: closing } = await behindProxy()
    await closing[Symbol.asyncDispose]()
    await proxy.down()
    const redis = connectRedis({ url: proxy.url, prefix: `test:${randomUUID()}:` })
    const cache = createRedisCache({ redis })
    const bus = createRedisBus({ redis })
    const limiter = createRedisRateLimiter({ redis })
    onTestFinished(async () => {
      await bus[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
    })
    await expect(redis.ping()).rejects.toThrow()
    expect(redis.status()).toBe('unavailable')
    const heard = vi.fn()
    bus.subscribe('news', heard)
    expect(await cache.getOrLoad('key', options, async () => 'source')).toBe('source')
    expect((await limiter.consume('key', { limit: 1, windowMs: 60_000 })).allowed).toBe(true)
    expect((await limiter.consume('key', { limit: 1, windowMs: 60_000 })).allowed).toBe(false)
    await bus.publish('news', 1)

    await proxy.up()
    await ready(redis)
    await redis.ping()
    await vi.waitFor(async () => {
      await bus.publish('news', 2)
      expect(heard).toHaveBeenCalledWith(2)
    }, bounded)
  })

  test('a Redis that hangs costs one caller 250 ms at most, the others nothing, and nobody an error', async () => {
    const { proxy, redis, errors } = await behindProxy()
    const cache = createRedisCache({ redis })
    await cache.set('kept', 'value', options)
    proxy.hang()
    const first = await took(() => cache.getOrLoad('kept', options, async () => 'source'))
    expect(first).toBeGreaterThan(150)
    expect(first).toBeLessThan(400)
    const later = await took(async () => {
      for (let call = 0; call < 50; call += 1) {
        expect(await cache.getOrLoad(`key ${call}`, options, async () => 'source')).toBe('source')
      }
    })
    expect(later).toBeLessThan(200)
    expect(redis.status()).toBe('unavailable')
    expect(errors).not.toHaveLength(0)

    await proxy.up()
    await ready(redis)
    expect(await cache.getOrLoad('kept', options, async () => 'source')).toBe('value')
  })

  test('while Redis hangs each process limits by itself', async () => {
    const { proxy, redis } = await behindProxy()
    const limiter = createRedisRateLimiter({ redis })
    const limit = { limit: 5, windowMs: 60_000 }
    await limiter.consume('key', limit, 5)
    proxy.hang()
    const duration = await took(async () => {
      const verdicts = []
      for (let call = 0; call < 20; call += 1) verdicts.push(await limiter.consume('key', limit))
      expect(verdicts.filter(({ allowed }) => allowed)).toHaveLength(5)
    })
    expect(duration).toBeLessThan(450)
    await proxy.up()
    await ready(redis)
    expect((await limiter.peek('key', limit)).allowed).toBe(false)
  })

  test('a connection that breaks in the middle fails what is under way at once, and is made anew', async () => {
    const { proxy, redis } = await behindProxy()
    proxy.hang()
    const outcome = redis.attempt(client => client.get('any'))
    proxy.reset()
    await proxy.up()
    expect(await took(() => outcome)).toBeLessThan(150)
    expect(await outcome).toEqual({ reached: false })
    await ready(redis)
  })

  test('a command whose reply was lost is not sent again', async () => {
    const { proxy, redis } = await behindProxy()
    const key = `${redis.prefix}counter`
    proxy.loseReplies()
    const outcome = redis.attempt(client => client.incr(key))
    expect(await outcome).toEqual({ reached: false })
    proxy.reset()
    await proxy.up()
    await ready(redis)
    expect(await redis.attempt(client => client.get(key))).toEqual({ reached: true, value: '1' })
    await redis.attempt(client => client.del(key))
  })

  test('what was deleted while Redis was away is not served when it is back', async () => {
    const { proxy, redis } = await behindProxy()
    const cache = createRedisCache({ redis })
    const other = createRedisCache({ redis })
    await cache.set('key', 'old', options)
    await proxy.down()
    await vi.waitFor(() => expect(redis.status()).toBe('unavailable'), bounded)
    await cache.delete('key')
    await proxy.up()
    await ready(redis)
    expect(await cache.getOrLoad('key', options, async () => 'new')).toBe('new')
    await vi.waitFor(async () => expect(await other.get('key', options)).not.toBe('old'), bounded)
  })

  test('a use that takes too long costs a new connection, and the next ones wait for nothing', async () => {
    const { proxy, redis } = await behindProxy()
    expect(await redis.attempt(() => new Promise(() => undefined))).toEqual({ reached: false })
    expect(redis.status()).toBe('unavailable')
    expect(await took(() => redis.attempt(client => client.get('any')))).toBeLessThan(50)
    await ready(redis)
    await vi.waitFor(() => expect(proxy.connections()).toBe(1), bounded)
  })

  test('a refusal is told once and is no outage', async () => {
    const { redis, errors } = await behindProxy()
    for (let call = 0; call < 3; call += 1) {
      expect(await redis.attempt(client => client.call('NOSUCHCOMMAND'))).toEqual({ reached: false })
    }
    expect(redis.status()).toBe('ready')
    expect(errors).toHaveLength(1)
  })

  test.each(['hang', 'loseReplies'] as const)(
    'the bus finds back from a connection in trouble (%s)',
    async fault => {
      const { proxy, redis } = await behindProxy()
      const bus = createRedisBus({ redis })
      onTestFinished(() => bus[Symbol.asyncDispose]())
      const [heard, gap] = [vi.fn(), vi.fn()]
      bus.subscribe('news', heard, gap)
      await vi.waitFor(() => expect(gap).toHaveBeenCalledTimes(1), bounded)
      proxy[fault]()
      await vi.waitFor(() => expect(redis.ping()).rejects.toThrow(), bounded)
      await vi.waitFor(() => expect(proxy.connections()).toBe(0), bounded)
      await proxy.up()
      await vi.waitFor(async () => {
        await bus.publish('news', 'back')
        expect(heard).toHaveBeenCalled()
      }, bounded)
      expect(gap.mock.calls.length).toBeGreaterThan(1)
    },
  )

  test('closing ends soon, whatever state Redis is in, and says so', async () => {
    const { proxy, redis } = await behindProxy()
    const bus = createRedisBus({ redis })
    proxy.hang()
    const duration = await took(async () => {
      await bus[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
      await redis[Symbol.asyncDispose]()
    })
    expect(duration).toBeLessThan(1_000)
    expect(redis.status()).toBe('closed')
    expect(await redis.attempt(client => client.get('any'))).toEqual({ reached: false })
    await vi.waitFor(() => expect(proxy.connections()).toBe(0), bounded)
  })
})

const bounded = { timeout: 8_000, interval: 5 }
const options = { ttlMs: 60_000, parse: String }

/** A Redis behind a proxy, with a connection that is ready. */
const behindProxy = async (): Promise<{ proxy: FaultProxy; redis: RedisConnection; errors: Error[] }> => {
  const proxy = await startFaultProxy(serviceUrl('redis') ?? 'absent:')
  const errors: Error[] = []
  const redis = connectRedis({
    url: proxy.url,
    prefix: `test:${randomUUID()}:`,
    onError: error => errors.push(error),
  })
  onTestFinished(async () => {
    await redis[Symbol.asyncDispose]()
    await proxy[Symbol.asyncDispose]()
  })
  await ready(redis)
  return { proxy, redis, errors }
}

const took = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}
