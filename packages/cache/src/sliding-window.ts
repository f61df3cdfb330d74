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
  // The unit whose end makes room for what is wanted; what exceeds the limit never fits.
  const inTheWay = taken[taken.length + wanted - limit - 1] ?? now
  const latest = taken.at(-1)
  return verdict(limit, {
    allowed,
    taken: taken.length,
    roomInMs: inTheWay + windowMs - now,
    emptyInMs: latest === undefined ? 0 : latest + windowMs - now,
  })
}

/** Puts together what a limiter answers. */
export const verdict = (
  limit: number,
  {
    allowed,
    taken,
    roomInMs,
    emptyInMs,
  }: { allowed: boolean; taken: number; roomInMs: number; emptyInMs: number },
): Verdict => ({
  allowed,
  limit,
  remaining: Math.max(0, limit - taken),
  resetMs: Math.max(0, Math.ceil(emptyInMs)),
  retryAfterMs: allowed ? 0 : Math.max(1, Math.ceil(roomInMs)),
})
