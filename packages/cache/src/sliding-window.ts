import type { RateLimit, Verdict } from './rate-limiter.ts'

/**
 * Decides over the times at which units were taken, oldest first, and changes them accordingly. Positive cost
 * takes as many units or none, 0 only looks, negative gives the latest ones back.
 */
export const decide = (
  taken: number[],
  now: number,
  { limit, windowMs }: RateLimit,
  cost: number,
): Verdict => {
  const firstKept = taken.findIndex(time => time > now - windowMs)
  taken.splice(0, firstKept === -1 ? taken.length : firstKept)
  if (cost < 0) taken.splice(cost)
  const wanted = Math.max(cost, 1)
  const allowed = taken.length + wanted <= limit
  if (allowed) for (let unit = 0; unit < cost; unit += 1) taken.push(now)
  return verdict(limit, {
    allowed,
    taken: taken.length,
    // The unit whose end makes room for what is wanted; what exceeds the limit never fits.
    roomAt: (taken[taken.length + wanted - limit - 1] ?? now) + windowMs - now,
    emptyAt: (taken.at(-1) ?? now - windowMs) + windowMs - now,
  })
}

/** Puts together what a limiter answers; times are milliseconds from now. */
export const verdict = (
  limit: number,
  { allowed, taken, roomAt, emptyAt }: { allowed: boolean; taken: number; roomAt: number; emptyAt: number },
): Verdict => ({
  allowed,
  limit,
  remaining: Math.max(0, limit - taken),
  resetMs: Math.max(0, Math.ceil(emptyAt)),
  retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(roomAt)),
})
