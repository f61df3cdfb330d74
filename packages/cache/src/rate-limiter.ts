import { createMemoryRateLimiter } from './memory-rate-limiter.ts'
import { createRateLimitLeases, type TakeShared } from './rate-limit-leases.ts'
import { createSpentBudgets } from './spent-budgets.ts'

/** The largest limit there can be. */
export const largestLimit = 1_000_000

/** At most `limit` units in any window of `windowMs` milliseconds, wherever the window begins. */
export interface RateLimit {
  /** A whole number from 1 to {@link largestLimit}. */
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
  /** Keys that a process counts itself at most; the least recently used are forgotten first. */
  readonly maxKeys?: number
  /** The clock of what a process counts itself, and of what it knows to be spent, in milliseconds, only going forward. */
  readonly now?: () => number
}

/** A limiter that counts in this process alone. `@plinth/cache/redis` has one whose buckets all replicas share. */
export const createRateLimiter = (options: RateLimiterOptions = {}): RateLimiter =>
  limiterOf(createMemoryRateLimiter(withDefaults(options)))

/**
 * A limiter whose buckets all replicas share. While they cannot be reached each process applies the same limits by
 * itself, beginning with empty buckets: never no limit, never an error.
 */
export const createSharedRateLimiter = (together: TakeShared, options: RateLimiterOptions): RateLimiter => {
  const { maxKeys, now } = withDefaults(options)
  const alone = createMemoryRateLimiter({ maxKeys, now })
  const spent = createSpentBudgets({ maxKeys, now })
  const take = async (key: string, limit: RateLimit, cost: number): Promise<Verdict | undefined> => {
    if (cost < 0) spent.forget(key, limit)
    const known = cost >= 0 ? spent.refusalOf(key, limit) : undefined
    if (known !== undefined) return known
    const verdict = await together(key, limit, cost)
    if (verdict !== undefined && (cost === 0 || cost === 1)) spent.note(key, limit, verdict)
    return verdict
  }
  const leased = createRateLimitLeases(take, { maxKeys, now })
  return limiterOf(
    async (key, limit, cost) =>
      (await (cost === 1 ? leased(key, limit) : take(key, limit, cost))) ?? alone(key, limit, cost),
  )
}

/** Takes units, looks where `cost` is 0, and gives back where it is negative. */
type Decide = (key: string, limit: RateLimit, cost: number) => Verdict | Promise<Verdict>

const limiterOf = (decide: Decide): RateLimiter => {
  const checked = async (key: string, limit: RateLimit, cost: number): Promise<Verdict> => {
    check(limit, cost)
    return decide(key, limit, cost)
  }
  return {
    consume: (key, limit, cost = 1) => checked(key, limit, positive(cost)),
    peek: (key, limit) => checked(key, limit, 0),
    restore: (key, limit, units = 1) => checked(key, limit, -positive(units)),
  }
}

const withDefaults = ({
  maxKeys = 50_000,
  now = () => performance.now(),
}: RateLimiterOptions): Required<RateLimiterOptions> => ({ maxKeys, now })

const check = ({ limit, windowMs }: RateLimit, cost: number) => {
  const valid = [limit, windowMs].every(number => Number.isSafeInteger(number) && number >= 1)
  if (!valid || limit > largestLimit || !Number.isSafeInteger(cost)) {
    throw new RangeError(`Not a rate limit: ${cost} of ${limit} in ${windowMs} ms`)
  }
}

const positive = (units: number): number => {
  if (units < 1) throw new RangeError(`Not a number of units: ${units}`)
  return units
}
