import { LRUCache } from 'lru-cache'
import type { RateLimit, Verdict } from './rate-limiter.ts'

/**
 * Remembers which budgets are spent, and until when: whoever keeps trying is refused without another round trip.
 * Nothing but time, or a unit given back, fills a budget.
 */
export const createSpentBudgets = ({ maxKeys, now }: { maxKeys: number; now: () => number }) => {
  const spent = new LRUCache<string, { readonly roomAt: number; readonly emptyAt: number }>({ max: maxKeys })
  const nameOf = (key: string, { limit, windowMs }: RateLimit) => `${limit}/${windowMs}:${key}`
  return {
    /** The refusal of a unit, where it is known already. */
    refusalOf: (key: string, rule: RateLimit): Verdict | undefined => {
      const name = nameOf(key, rule)
      const known = spent.get(name)
      if (known === undefined) return undefined
      const retryAfterMs = Math.ceil(known.roomAt - now())
      if (retryAfterMs > 0)
        return {
          allowed: false,
          limit: rule.limit,
          remaining: 0,
          resetMs: Math.ceil(known.emptyAt - now()),
          retryAfterMs,
        }
      spent.delete(name)
      return undefined
    },
    /** Takes note of what came of asking for a unit. */
    note: (key: string, rule: RateLimit, { allowed, retryAfterMs, resetMs }: Verdict): void => {
      if (allowed) return
      spent.set(nameOf(key, rule), { roomAt: now() + retryAfterMs, emptyAt: now() + resetMs })
    },
    forget: (key: string, rule: RateLimit): void => void spent.delete(nameOf(key, rule)),
  }
}
