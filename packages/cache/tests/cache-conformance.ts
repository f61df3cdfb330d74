import type { Cache, EntryOptions } from '@plinth/cache'
import { createMemoryCache } from '@plinth/cache'
import * as fc from 'fast-check'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

/** What every cache does, whatever it keeps its entries in. */
export const cacheConformance = (create: () => Promise<Cache>): void => {
  let cache: Cache = createMemoryCache()
  beforeAll(async () => {
    cache = await create()
  })
  afterAll(() => cache[Symbol.asyncDispose]())
  const kept = async (key: string, value: string) => {
    await cache.getOrLoad(key, forAMinute, async () => value)
    await vi.waitFor(async () => expect(await cache.get(key, forAMinute)).toBe(value))
  }

  test('loads once and answers from what it kept', async () => {
    const key = newKey()
    await kept(key, 'loaded')
    expect(await cache.getOrLoad(key, forAMinute, never)).toBe('loaded')
  })

  test('keeps only what is asked for again while many ask for what is often asked for once', async () => {
    const [key, options] = [newKey(), { ...forAMinute, oftenOnce: true }]
    const ask = (value: string) => cache.getOrLoad(key, options, async () => value)
    const few = newKey()
    await cache.getOrLoad(few, options, async () => 'one of few')
    await vi.waitFor(async () => expect(await cache.get(few, options)).toBe('one of few'))
    const crowd = Array.from({ length: 500 }, () => cache.getOrLoad(newKey(), options, async () => 'once'))
    const first = ask('first')
    expect(await first).toBe('first')
    await Promise.all(crowd)
    expect(await cache.get(key, options)).toBeUndefined()
    expect(await ask('second')).toBe('second')
    await vi.waitFor(async () => expect(await cache.get(key, options)).toBe('second'))
    expect(await cache.getOrLoad(key, options, never)).toBe('second')
  })

  test('makes what it does not keep once for all who ask at the same time, frozen', async () => {
    const [key, load] = [newKey(), vi.fn(async () => ({ at: { day: 1 } }))]
    const options = { ttlMs: 60_000, parse: (json: unknown) => json, oftenOnce: true }
    const crowd = Array.from({ length: 500 }, () => cache.getOrLoad(newKey(), options, load))
    load.mockClear()
    const answers = await Promise.all([1, 2, 3].map(() => cache.getOrLoad(key, options, load)))
    await Promise.all(crowd)
    expect(load).toHaveBeenCalledTimes(501)
    expect(new Set(answers).size).toBe(1)
    expect(Object.isFrozen(Object(answers[0]).at)).toBe(true)
  })

  test('has nothing that was never put in', async () => {
    expect(await cache.get(newKey(), forAMinute)).toBeUndefined()
  })

  test('keeps null and other falsy values, and no undefined', async () => {
    for (const value of [null, 0, '', false]) {
      const key = newKey()
      const options = { ttlMs: 60_000, parse: (json: unknown) => json }
      await cache.set(key, value, options)
      expect(await cache.getOrLoad(key, options, never)).toBe(value)
    }
    const load = vi.fn(async () => undefined)
    const options = { ttlMs: 60_000, parse: () => undefined }
    const key = newKey()
    await cache.getOrLoad(key, options, load)
    await cache.getOrLoad(key, options, load)
    expect(load).toHaveBeenCalledTimes(2)
  })

  test('gives a value the same way on the first read and on later ones', async () => {
    const key = newKey()
    const options = {
      ttlMs: 60_000,
      parse: (json: unknown) => ({ at: new Date(text(Object(json).at)) }),
    }
    const at = new Date('2026-01-02T03:04:05Z')
    expect(await cache.getOrLoad(key, options, async () => ({ at }))).toEqual({ at })
    expect(await cache.getOrLoad(key, options, async () => ({ at }))).toEqual({ at })
  })

  test('runs one load for all who ask at the same time, however many they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 50 }), async askers => {
        const key = newKey()
        let loads = 0
        const load = async () => `load ${++loads}`
        const answers = await Promise.all(
          Array.from({ length: askers }, () => cache.getOrLoad(key, forAMinute, load)),
        )
        expect(new Set(answers)).toEqual(new Set(['load 1']))
      }),
      { numRuns: 20 },
    )
  })

  test('a failed load fails for all who shared it, and the next one is tried afresh', async () => {
    const key = newKey()
    const failing = () => cache.getOrLoad(key, forAMinute, () => Promise.reject(new Error('source away')))
    const outcomes = await Promise.allSettled([failing(), failing()])
    expect(outcomes.map(outcome => outcome.status)).toEqual(['rejected', 'rejected'])
    expect(await cache.getOrLoad(key, forAMinute, async () => 'back')).toBe('back')
  })

  test('entries end with their time', async () => {
    const key = newKey()
    await cache.set(key, 'short-lived', { ttlMs: 30 })
    await vi.waitFor(async () => expect(await cache.get(key, forAMinute)).toBeUndefined())
    expect(await cache.getOrLoad(key, forAMinute, async () => 'next')).toBe('next')
  })

  test('a stale entry is served at once while one load renews it', async () => {
    const key = newKey()
    const options = { ttlMs: 30, staleMs: 60_000, parse: text }
    await cache.set(key, 'old', options)
    const load = vi.fn(async () => 'new')
    await vi.waitFor(async () => {
      expect(await cache.getOrLoad(key, options, load)).toMatch(/old|new/)
      expect(load).toHaveBeenCalled()
    })
    await vi.waitFor(async () => expect(await cache.get(key, options)).toBe('new'))
  })

  test('a stale entry outlives an outage of its source', async () => {
    const key = newKey()
    const options = { ttlMs: 20, staleMs: 60_000, parse: text }
    await cache.set(key, 'last known', options)
    const load = vi.fn(() => Promise.reject(new Error('source away')))
    await vi.waitFor(async () => {
      expect(await cache.getOrLoad(key, options, load)).toBe('last known')
      expect(load.mock.calls.length).toBeGreaterThan(1)
    })
  })

  test('what was deleted is loaded again', async () => {
    const [one, other] = [newKey(), newKey()]
    await kept(one, 'old')
    await kept(other, 'old')
    await cache.delete([one, other])
    expect(await cache.getOrLoad(one, forAMinute, async () => 'new')).toBe('new')
    expect(await cache.getOrLoad(other, forAMinute, async () => 'new')).toBe('new')
  })

  test('a load that a deletion overtook is not kept, and nobody joins it any more', async () => {
    const key = newKey()
    const source = Promise.withResolvers<string>()
    const started = Promise.withResolvers<void>()
    const overtaken = cache.getOrLoad(key, forAMinute, () => {
      started.resolve()
      return source.promise
    })
    await started.promise
    await cache.delete(key)
    expect(await cache.getOrLoad(key, forAMinute, async () => 'new')).toBe('new')
    source.resolve('old')
    expect(await overtaken).toBe('old')
    await vi.waitFor(async () => expect(await cache.get(key, forAMinute)).toBe('new'))
    expect(await cache.getOrLoad(key, forAMinute, never)).toBe('new')
  })

  test('a load does not overwrite what was set meanwhile', async () => {
    const key = newKey()
    const loading = cache.getOrLoad(key, forAMinute, async () => {
      await cache.set(key, 'set', forAMinute)
      return 'loaded'
    })
    expect(await loading).toBe('loaded')
    expect(await cache.getOrLoad(key, forAMinute, never)).toBe('set')
  })

  test('an entry that does not parse counts as missing', async () => {
    const key = newKey()
    await cache.set(key, { from: 'another release' }, forAMinute)
    expect(await cache.get(key, forAMinute)).toBeUndefined()
    expect(await cache.getOrLoad(key, forAMinute, async () => 'mine')).toBe('mine')
    await vi.waitFor(async () => expect(await cache.get(key, forAMinute)).toBe('mine'))
  })

  test('keys may hold anything, and different ones never meet', async () => {
    const odd = ['a b', 'a\r\nb', '*', 'ключ', '{x}', 'x'.repeat(5_000), `${'x'.repeat(5_000)}y`].map(
      name => `${newKey()}${name}`,
    )
    for (const key of odd) await cache.set(key, key, forAMinute)
    for (const key of odd) expect(await cache.getOrLoad(key, forAMinute, never)).toBe(key)
  })

  test('no read ever sees what was true before a finished deletion', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.array(fc.constantFrom('read', 'write'), { minLength: 2, maxLength: 12 }),
        async (scheduler, steps) => {
          const key = newKey()
          let truth = 0
          const options = { ttlMs: 60_000, parse: Number }
          const load = async () => {
            const seen = truth
            await scheduler.schedule(Promise.resolve())
            return seen
          }
          const tasks = steps.map(async step => {
            await scheduler.schedule(Promise.resolve())
            if (step === 'read') return void (await cache.getOrLoad(key, options, load))
            const written = ++truth
            await cache.delete(key)
            return expect(await cache.getOrLoad(key, options, load)).toBeGreaterThanOrEqual(written)
          })
          await scheduler.waitFor(Promise.all(tasks))
          expect(await cache.getOrLoad(key, options, load)).toBe(truth)
        },
      ),
      { numRuns: 30 },
    )
  })
}

const text = (json: unknown): string => {
  if (typeof json !== 'string') throw new TypeError('not a text')
  return json
}
const forAMinute: EntryOptions<string> = { ttlMs: 60_000, parse: text }
const never = () => Promise.reject(new Error('was not to be loaded'))
let keys = 0
const newKey = () => `test.thing:${process.pid}:${++keys}`
