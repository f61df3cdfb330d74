import type { RateLimiter } from '@plinth/cache'
import { createRateLimiter } from '@plinth/cache'
import { createRedisRateLimiter, type RedisConnection } from '@plinth/cache/redis'
import { describeWith } from '@plinth/testing'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { connected } from './redis.ts'

describe('a rate limiter in memory', () => limiterConformance(async () => createRateLimiter()))

describeWith('redis', 'a rate limiter in Redis', url => {
  const opened = Promise.withResolvers<RedisConnection>()
  beforeAll(async () => opened.resolve(await connected(url)))
  afterAll(async () => (await opened.promise)[Symbol.asyncDispose]())
  limiterConformance(async () => createRedisRateLimiter({ redis: await opened.promise }))

  test('counts together on all replicas, in one round trip, and leaves nothing behind for ever', async () => {
    const redis = await opened.promise
    const replicas = [createRedisRateLimiter({ redis }), createRedisRateLimiter({ redis })]
    const key = newKey()
    const verdicts = await Promise.all(
      Array.from({ length: 40 }, (_, call) =>
        replicas[call % 2]?.consume(key, { limit: 10, windowMs: 60_000 }),
      ),
    )
    expect(verdicts.filter(verdict => verdict?.allowed)).toHaveLength(10)
    const life = await redis.attempt(client => client.pttl(`${redis.prefix}limit:${key}`))
    expect(life).toMatchObject({ reached: true })
    expect(life.reached && life.value).toBeGreaterThan(0)
  })

  test('refuses what it knows to be spent without asking again, until there is room', async () => {
    const redis = await opened.promise
    let time = 0
    const limiter = createRedisRateLimiter({ redis, now: () => time })
    const key = newKey()
    for (let call = 0; call < 4; call += 1) await limiter.consume(key, perMinute)
    // Redis would allow it now.
    await redis.attempt(client => client.del(`${redis.prefix}limit:${key}`))
    time = 30_000
    const refused = await limiter.consume(key, perMinute)
    expect([refused.allowed, refused.remaining]).toEqual([false, 0])
    expect(refused.retryAfterMs).toBeGreaterThan(25_000)
    expect(refused.retryAfterMs).toBeLessThanOrEqual(30_000)
    expect((await limiter.peek(key, perMinute)).allowed).toBe(false)
    time = 60_001
    expect(await limiter.consume(key, perMinute)).toMatchObject({ allowed: true, remaining: 2 })
  })

  test('allows again at once what was given back', async () => {
    const limiter = createRedisRateLimiter({ redis: await opened.promise })
    const key = newKey()
    for (let call = 0; call < 4; call += 1) await limiter.consume(key, perMinute)
    await limiter.restore(key, perMinute)
    expect((await limiter.consume(key, perMinute)).allowed).toBe(true)
  })

  test('asks for some units of a large limit at a time, and no more are handed out than the limit says', async () => {
    const redis = await opened.promise
    const asked = vi.fn(redis.attempt)
    const counting = { ...redis, attempt: asked as typeof redis.attempt }
    const replicas = [
      createRedisRateLimiter({ redis: counting }),
      createRedisRateLimiter({ redis: counting }),
    ] as const
    const limit = { limit: 200, windowMs: 60_000 }
    const key = newKey()
    let allowed = 0
    for (let call = 0; call < 100; call += 1) {
      const verdict = await replicas[call % 2 === 0 ? 0 : 1].consume(key, limit)
      if (verdict.allowed) allowed += 1
    }
    expect(allowed).toBe(100)
    // A fiftieth at a time, by two replicas.
    expect(asked).toHaveBeenCalledTimes(26)
    const rest = await Promise.all(
      Array.from({ length: 200 }, (_, call) => replicas[call % 2 === 0 ? 0 : 1].consume(key, limit)),
    )
    expect(rest.filter(verdict => verdict.allowed)).toHaveLength(100)
  })

  test('what is left goes down by one with each unit, leased or not', async () => {
    const limiter = createRedisRateLimiter({ redis: await opened.promise })
    const key = newKey()
    const left: number[] = []
    for (let call = 0; call < 100; call += 1)
      left.push((await limiter.consume(key, { limit: 100, windowMs: 60_000 })).remaining)
    expect(left).toEqual(Array.from({ length: 100 }, (_, call) => 99 - call))
    expect(await limiter.consume(key, { limit: 100, windowMs: 60_000 })).toMatchObject({
      allowed: false,
      remaining: 0,
    })
  })
})

let keys = 0
const newKey = () => `test:${++keys}`
const perMinute = { limit: 3, windowMs: 60_000 }

/** What every limiter does, wherever it counts. */
const limiterConformance = (create: () => Promise<RateLimiter>): void => {
  let limiter = createRateLimiter()
  beforeAll(async () => {
    limiter = await create()
  })

  test('allows as many as the limit says and tells what is left', async () => {
    const key = newKey()
    const verdicts = []
    for (let call = 0; call < 4; call += 1) verdicts.push(await limiter.consume(key, perMinute))
    expect(verdicts.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [true, 2],
      [true, 1],
      [true, 0],
      [false, 0],
    ])
    expect(verdicts[0]).toMatchObject({ limit: 3, retryAfterMs: 0 })
    const { retryAfterMs, resetMs } = verdicts[3] ?? { retryAfterMs: 0, resetMs: 0 }
    expect(retryAfterMs).toBeGreaterThan(55_000)
    expect(resetMs).toBeGreaterThanOrEqual(retryAfterMs)
    expect(resetMs).toBeLessThanOrEqual(60_000)
  })

  test('keys do not share, whatever they hold', async () => {
    const key = newKey()
    for (const other of [key, `${key} `, `${key}\n`, `${key}ü`, `${key}*`, key.toUpperCase()]) {
      expect((await limiter.consume(other, { limit: 1, windowMs: 60_000 })).allowed).toBe(true)
      expect((await limiter.consume(other, { limit: 1, windowMs: 60_000 })).allowed).toBe(false)
    }
  })

  test('lets in again when the time it named has passed', async () => {
    const key = newKey()
    const short = { limit: 2, windowMs: 80 }
    await limiter.consume(key, short, 2)
    expect((await limiter.consume(key, short)).allowed).toBe(false)
    await vi.waitFor(async () => expect((await limiter.consume(key, short)).allowed).toBe(true))
  })

  test('takes all the units of a cost or none', async () => {
    const key = newKey()
    expect((await limiter.consume(key, perMinute, 2)).remaining).toBe(1)
    expect(await limiter.consume(key, perMinute, 2)).toMatchObject({ allowed: false, remaining: 1 })
    expect(await limiter.consume(key, perMinute, 1)).toMatchObject({ allowed: true, remaining: 0 })
    expect(await limiter.consume(newKey(), perMinute, 4)).toMatchObject({ allowed: false, remaining: 3 })
  })

  test('looking takes nothing', async () => {
    const key = newKey()
    expect(await limiter.peek(key, perMinute)).toEqual({
      allowed: true,
      limit: 3,
      remaining: 3,
      resetMs: 0,
      retryAfterMs: 0,
    })
    await limiter.consume(key, perMinute, 3)
    expect(await limiter.peek(key, perMinute)).toMatchObject({ allowed: false, remaining: 0 })
  })

  test('what is given back can be taken again, and never more than was taken', async () => {
    const key = newKey()
    await limiter.consume(key, perMinute, 3)
    expect(await limiter.restore(key, perMinute)).toMatchObject({ allowed: true, remaining: 1 })
    expect((await limiter.restore(key, perMinute, 9)).remaining).toBe(3)
    expect((await limiter.restore(key, perMinute)).remaining).toBe(3)
  })

  test('a limit that was lowered holds for what was taken before', async () => {
    const key = newKey()
    await limiter.consume(key, perMinute, 3)
    expect(await limiter.consume(key, { limit: 1, windowMs: 60_000 })).toMatchObject({
      allowed: false,
      limit: 1,
      remaining: 0,
    })
  })

  test.each([{ limit: 0 }, { limit: 1.5 }, { windowMs: 0 }, { limit: Number.NaN }, { limit: 1e9 }])(
    'refuses %o as a limit',
    async wrong => {
      await expect(limiter.consume(newKey(), { ...perMinute, ...wrong })).rejects.toThrow(RangeError)
    },
  )

  test('never allows more than the limit within any window, in whatever order calls meet', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
        async (limit, bursts) => {
          const key = newKey()
          const windowMs = 40
          const allowed: { before: number; after: number }[] = []
          for (const burst of bursts) {
            await Promise.all(
              Array.from({ length: burst }, async () => {
                const before = performance.now()
                if ((await limiter.consume(key, { limit, windowMs })).allowed) {
                  allowed.push({ before, after: performance.now() })
                }
              }),
            )
          }
          // Those that certainly fell within one window: begun and answered less than a window apart.
          for (const first of allowed) {
            const within = allowed.filter(
              ({ before, after }) => before >= first.before && after - first.before < windowMs - 1,
            )
            expect(within.length).toBeLessThanOrEqual(limit)
          }
          expect(allowed.length).toBeGreaterThanOrEqual(Math.min(limit, bursts[0] ?? 0))
        },
      ),
      { numRuns: 25 },
    )
  })
}
