import { LRUCache } from 'lru-cache'
import { expect, test } from 'vitest'
import { dropStale } from './stale-entries.ts'

test('what is put in as fast as it goes stale takes up no more room for it', () => {
  const entries = new LRUCache<number, { until: number }>({ max: 10_000 })
  let most = 0
  for (let time = 0; time < 5000; time += 1) {
    entries.set(time, { until: time + 100 })
    dropStale(entries, ({ until }) => until <= time)
    most = Math.max(most, entries.size)
  }
  expect(most).toBe(100)
})

test('after a rush it goes away bit by bit, and nothing that is of use goes with it', () => {
  const entries = new LRUCache<number, { until: number }>({ max: 10_000 })
  for (let key = 0; key < 1000; key += 1) entries.set(key, { until: 100 })
  for (let key = 1000; key < 1400; key += 1) {
    entries.set(key, { until: 1000 })
    dropStale(entries, ({ until }) => until <= 100)
  }
  expect([...entries.keys()].toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: 400 }, (_, n) => 1000 + n),
  )
})
