import { LRUCache } from 'lru-cache'
import type { RateLimit, Verdict } from './rate-limiter.ts'
import { decide } from './sliding-window.ts'

/** Counts within this process, in bounded memory. Takes, looks or gives back as `decide` does. */
export const createMemoryRateLimiter = ({ maxKeys, now }: { maxKeys: number; now: () => number }) => {
  const buckets = new LRUCache<string, number[]>({ max: maxKeys, maxSize: maxUnits })
  return (key: string, limit: RateLimit, cost: number): Verdict => {
    const taken = buckets.get(key) ?? []
    const answer = decide(taken, now(), limit, cost)
    if (taken.length === 0) buckets.delete(key)
    else buckets.set(key, taken, { size: taken.length })
    return answer
  }
}

/** Units remembered at most, over all keys: some 8 MiB. */
const maxUnits = 1_000_000
