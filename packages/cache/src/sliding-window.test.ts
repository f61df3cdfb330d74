import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRateLimiter } from './index.ts'

const calls = fc.array(
  fc.record({ pause: fc.integer({ min: 0, max: 30 }), cost: fc.integer({ min: 1, max: 4 }) }),
  { maxLength: 80 },
)

test('by its own clock, no window holds more than the limit, and nothing is refused that would fit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 1, max: 100 }),
      calls,
      async (limit, windowMs, steps) => {
        let now = 0
        const limiter = createRateLimiter({ now: () => now })
        const taken: number[] = []
        for (const { pause, cost } of steps) {
          now += pause
          const before = taken.filter(time => time > now - windowMs).length
          const verdict = await limiter.consume('key', { limit, windowMs }, cost)
          expect(verdict.allowed).toBe(before + cost <= limit)
          if (verdict.allowed) taken.push(...Array.from({ length: cost }, () => now))
          expect(verdict.remaining).toBe(limit - taken.filter(time => time > now - windowMs).length)
        }
        for (const start of taken) {
          expect(taken.filter(time => time >= start && time < start + windowMs).length).toBeLessThanOrEqual(
            limit,
          )
        }
      },
    ),
  )
})

test('waiting as long as it says is enough, and no shorter wait is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), calls, async (limit, steps) => {
      const rule = { limit, windowMs: 50 }
      let now = 0
      const limiter = createRateLimiter({ now: () => now })
      for (const { pause } of steps) {
        now += pause
        const { allowed, retryAfterMs } = await limiter.consume('key', rule)
        if (allowed) continue
        now += retryAfterMs - 1
        expect((await limiter.peek('key', rule)).allowed).toBe(false)
        now += 1
        expect((await limiter.consume('key', rule)).allowed).toBe(true)
        now += (await limiter.peek('key', rule)).resetMs
        expect((await limiter.peek('key', rule)).remaining).toBe(limit)
      }
    }),
  )
})

test('remembers so many keys and no more', async () => {
  const limiter = createRateLimiter({ maxKeys: 2 })
  const rule = { limit: 1, windowMs: 60_000 }
  for (const key of ['a', 'b', 'c']) await limiter.consume(key, rule)
  expect((await limiter.peek('c', rule)).allowed).toBe(false)
  expect((await limiter.peek('a', rule)).allowed).toBe(true)
})
