import { LRUCache } from 'lru-cache'
import type { RateLimit, Verdict } from './rate-limiter.ts'
import { decide } from './sliding-window.ts'
import { dropStale } from './stale-entries.ts'

/** Counts within this process, in bounded memory. Takes, looks or gives back as `decide` does. */
export const createMemoryRateLimiter = ({ maxKeys, now }: { maxKeys: number; now: () => number }) => {
  // Windows are few. In each of them the key that was used longest ago is the first to be of no use any more.
  const windows = new Map<number, LRUCache<string, number[]>>()
  const bucketsOf = (windowMs: number) => {
    const known = windows.get(windowMs)
    if (known !== undefined) return known
    const buckets = new LRUCache<string, number[]>({ max: maxKeys, maxSize: maxUnits })
    windows.set(windowMs, buckets)
    return buckets
  }
  return (key: string, limit: RateLimit, cost: number): Verdict => {
    const time = now()
    const buckets = bucketsOf(limit.windowMs)
    const taken = buckets.get(key) ?? []
    const answer = decide(taken, time, limit, cost)
    if (taken.length === 0) buckets.delete(key)
    else buckets.set(key, taken, { size: taken.length })
    dropStale(buckets, units => (units.at(-1) ?? 0) <= time - limit.windowMs)
    return answer
  }
}

/** Units remembered at most, over all keys of one window: some 8 MiB. */
const maxUnits = 1_000_000
