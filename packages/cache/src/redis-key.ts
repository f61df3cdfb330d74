import { createHash } from 'node:crypto'

/**
 * A Redis key for a name that may hold anything, a user's text included: plain names stay readable, others
 * become a digest, so that no name can reach outside its prefix, grow without bound, or equal another one's.
 */
export const redisKey = (prefix: string, name: string): string =>
  `${prefix}${/^[\w:.@/-]{1,200}$/.test(name) ? name : `#${createHash('sha256').update(name).digest('base64url')}`}`
