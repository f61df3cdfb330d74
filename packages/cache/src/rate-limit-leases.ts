import { LRUCache } from 'lru-cache'
import { createFlights } from './flights.ts'
import type { RateLimit, Verdict } from './rate-limiter.ts'

/** Takes units from the bucket that all replicas share; undefined where it cannot be reached. */
export type TakeShared = (key: string, limit: RateLimit, cost: number) => Promise<Verdict | undefined>

/** Units that were taken from the shared bucket ahead of their use. */
interface Lease {
  left: number
  readonly grant: Verdict
  readonly grantedAt: number
  readonly lifeMs: number
}

/**
 * Takes units from the shared bucket some at a time, and hands them out one by one without asking again: a fiftieth
 * of the limit, so that small limits are counted one by one. A leased unit counts from the moment it was taken, so
 * that no more is ever handed out than the bucket holds; what is not used within seconds is forgone. Where the bucket
 * is nearly empty it is asked for single units.
 */
export const createRateLimitLeases = (
  take: TakeShared,
  { maxKeys, now }: { readonly maxKeys: number; readonly now: () => number },
): ((key: string, limit: RateLimit) => Promise<Verdict | undefined>) => {
  const leases = new LRUCache<string, Lease>({ max: maxKeys })
  const flights = createFlights<Verdict | undefined>()

  const fromLease = (key: string): Verdict | undefined => {
    const lease = leases.get(key)
    if (lease === undefined) return undefined
    const age = now() - lease.grantedAt
    if (lease.left === 0 || age > lease.lifeMs) {
      leases.delete(key)
      return undefined
    }
    lease.left -= 1
    const { grant, left } = lease
    return {
      ...grant,
      remaining: grant.remaining + left,
      resetMs: Math.max(0, Math.ceil(grant.resetMs - age)),
    }
  }

  const renew = async (key: string, limit: RateLimit, size: number): Promise<Verdict | undefined> => {
    const grant = await take(key, limit, size)
    if (grant?.allowed === true) {
      const lifeMs = Math.min(longestMs, limit.windowMs / 12)
      leases.set(key, { left: size, grant, grantedAt: now(), lifeMs })
    }
    return grant
  }

  return async (key, limit) => {
    const size = Math.min(Math.floor(limit.limit / 50), largest)
    if (size < 2) return take(key, limit, 1)
    for (;;) {
      const leased = fromLease(key)
      if (leased !== undefined) return leased
      const grant = await flights.join(key, () => renew(key, limit, size))
      if (grant === undefined) return undefined
      if (!grant.allowed) return take(key, limit, 1)
    }
  }
}

/** Milliseconds after which a replica gives up what it has not handed out. */
const longestMs = 5_000
/** Each unit is an entry in the bucket: more at once would keep Redis from others. */
const largest = 100
