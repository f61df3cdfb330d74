import { createMemoryRateLimiter } from './memory-rate-limiter.ts'
import { createRateLimitLeases } from './rate-limit-leases.ts'
import type { RedisConnection } from './redis-connection.ts'
import { createRedisRateLimiter } from './redis-rate-limiter.ts'
import { createSpentBudgets } from './spent-budgets.ts'

/** At most `limit` units in any window of `windowMs` milliseconds, wherever the window begins. */
export interface RateLimit {
  /** A whole number from 1 to 1,000,000. */
  readonly limit: number
  /** Milliseconds, whole. */
  readonly windowMs: number
}

/** Whether units could be taken, and what is left. */
export interface Verdict {
  readonly allowed: boolean
  readonly limit: number
  /** Units that could be taken now. */
  readonly remaining: number
  /** Milliseconds until the whole limit can be taken again, if none is taken meanwhile. */
  readonly resetMs: number
  /** Milliseconds after which it is worth trying again; 0 where it was allowed. */
  readonly retryAfterMs: number
}

/**
 * Counts units by key. Only what is allowed counts, so that whoever keeps trying is let in at the pace of the
 * limit. A key may hold any text; limits of different kinds need keys of different kinds.
 */
export interface RateLimiter {
  /** Takes `cost` units (1 unless given), all or none. More units than the limit are never allowed. */
  consume(key: string, limit: RateLimit, cost?: number): Promise<Verdict>
  /** Whether a unit could be taken now; takes none. */
  peek(key: string, limit: RateLimit): Promise<Verdict>
  /**
   * Gives back the latest `units` (1 unless given) that were taken. What counts failures only takes a unit
   * before the attempt and gives it back on success; looking first would let many attempts through at once.
   */
  restore(key: string, limit: RateLimit, units?: number): Promise<Verdict>
}

/** What a limiter is made with. */
export interface RateLimiterOptions {
  /** Where all replicas count together, by Redis' clock. Without it each process counts for itself. */
  readonly redis?: RedisConnection | undefined
  /** Keys that a process counts itself at most; the least recently used are forgotten first. */
  readonly maxKeys?: number
  /** The clock of what a process counts itself, and of what it knows to be spent, in milliseconds, only going forward. */
  readonly now?: () => number
}

/**
 * A limiter whose buckets all replicas share. While Redis is away each process applies the same limits by
 * itself, beginning with empty buckets: never no limit, never an error.
 */
export const createRateLimiter = ({
  redis,
  maxKeys = 50_000,
  now = () => performance.now(),
}: RateLimiterOptions = {}): RateLimiter => {
  const alone = createMemoryRateLimiter({ maxKeys, now })
  const together = redis && createRedisRateLimiter(redis)
  const spent = createSpentBudgets({ maxKeys, now })
  const take = async (key: string, limit: RateLimit, cost: number): Promise<Verdict | undefined> => {
    if (cost < 0) spent.forget(key, limit)
    const known = cost >= 0 ? spent.refusalOf(key, limit) : undefined
    if (known !== undefined) return known
    const verdict = await together?.(key, limit, cost)
    if (verdict !== undefined && (cost === 0 || cost === 1)) spent.note(key, limit, verdict)
    return verdict
  }
  const leased = createRateLimitLeases(take, { maxKeys, now })
  const decide = async (key: string, limit: RateLimit, cost: number): Promise<Verdict> => {
    check(limit, cost)
    if (together === undefined) return alone(key, limit, cost)
    return (await (cost === 1 ? leased(key, limit) : take(key, limit, cost))) ?? alone(key, limit, cost)
  }
  return {
    consume: (key, limit, cost = 1) => decide(key, limit, positive(cost)),
    peek: (key, limit) => decide(key, limit, 0),
    restore: (key, limit, units = 1) => decide(key, limit, -positive(units)),
  }
}

const check = ({ limit, windowMs }: RateLimit, cost: number) => {
  const valid = [limit, windowMs].every(number => Number.isSafeInteger(number) && number >= 1)
  if (!valid || limit > 1_000_000 || !Number.isSafeInteger(cost)) {
    throw new RangeError(`Not a rate limit: ${cost} of ${limit} in ${windowMs} ms`)
  }
}

const positive = (units: number): number => {
  if (units < 1) throw new RangeError(`Not a number of units: ${units}`)
  return units
}
