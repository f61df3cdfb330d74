import { createHash } from 'node:crypto'
import { isIP } from 'node:net'
import fastifyRateLimit, { type FastifyRateLimitStore, normalizeIP } from '@fastify/rate-limit'
import { largestLimit, type RateLimiter } from '@plinth/cache'
import type { Actor } from '@plinth/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { GatewayError } from './problem.ts'

/** The budgets of a minute. */
export interface RateLimits {
  /** Of a user, and of an address without one. */
  readonly general: number
  /**
   * Tries at the credential endpoints, by account and place, and by address. An account's tries from all the places
   * that it never signed in from are {@link placesAtOnce} times as many.
   */
  readonly credentialsByAccount: number
  readonly credentialsByAddress: number
}

/** Counts a request against its budget, writes the headers, and throws `rate_limited` when it is spent. */
export interface RateLimiting {
  readonly general: (request: FastifyRequest, reply: FastifyReply, actor: Actor) => Promise<void>
  readonly credentialsByAddress: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** By account, in any spelling of its e-mail, and where the request comes from. */
  readonly credentialsByAccount: (
    request: FastifyRequest,
    reply: FastifyReply,
    account: string,
  ) => Promise<void>
  /** Somebody has just shown that the account is theirs: tries from here are not mixed up with those of strangers. */
  readonly welcome: (request: FastifyRequest, account: string) => Promise<void>
}

const minute = 60_000

/**
 * How many places may try at one account at the full pace at once. Guesses from many places are slowed by it; its
 * owner is not, where they have signed in before, so strangers cannot lock it (OWASP, Slow Down Online Guessing
 * Attacks with Device Cookies; the place stands in for the cookie).
 */
const placesAtOnce = 5

/** A place is known for thirty days after a sign-in there. */
const known = { limit: 1, windowMs: 30 * 24 * 60 * minute }

/**
 * Rate limits on `@fastify/rate-limit`, with the buckets of `@plinth/cache`: shared by all replicas
 * through Redis, taken over by each process while Redis is away. The plugin's own hook is not used, since it
 * runs before anybody is authenticated; nor are its headers, which are of an older draft.
 */
export const registerRateLimits = async (
  app: FastifyInstance,
  limiter: RateLimiter,
  limits: RateLimits,
): Promise<RateLimiting> => {
  const keys = new WeakMap<FastifyRequest, string>()
  await app.register(fastifyRateLimit, {
    global: false,
    timeWindow: minute,
    store: storeOver(limiter),
    keyGenerator: request => keys.get(request) ?? 'nobody',
  })
  const budgetOf = (max: number) => {
    const count = app.createRateLimit({ max, timeWindow: minute })
    return async (request: FastifyRequest, reply: FastifyReply, key: string) => {
      keys.set(request, key)
      const counted = await count(request)
      if (!counted.isAllowed) announce(reply, counted)
    }
  }
  const general = budgetOf(limits.general)
  const byAddress = budgetOf(limits.credentialsByAddress)
  const byAccountAndPlace = budgetOf(limits.credentialsByAccount)
  const byAccount = budgetOf(Math.min(limits.credentialsByAccount * placesAtOnce, largestLimit))
  const placeOf = (request: FastifyRequest, email: string) => {
    const account = `credentials:account:${digest(email.normalize('NFC').toLowerCase())}`
    return { account, place: `${account}:${networkOf(request)}` }
  }
  return {
    general: (request, reply, actor) =>
      general(request, reply, actor.kind === 'user' ? `user:${actor.id}` : `address:${networkOf(request)}`),
    credentialsByAddress: (request, reply) =>
      byAddress(request, reply, `credentials:address:${networkOf(request)}`),
    credentialsByAccount: async (request, reply, email) => {
      const { account, place } = placeOf(request, email)
      const [stranger] = await Promise.all([
        limiter.peek(`known:${place}`, known),
        byAccountAndPlace(request, reply, place),
      ])
      // Nothing can be taken from the budget of one that the sign-in there has spent.
      if (stranger.allowed) await byAccount(request, reply, account)
    },
    welcome: async (request, email) => {
      await limiter.consume(`known:${placeOf(request, email).place}`, known)
    },
  }
}

/**
 * What the address of a request counts as: one IPv6 customer has a whole /64, and IPv4 is IPv4 in whatever
 * clothes. A proxy that passes on something else than an address is itself the address.
 */
export const networkOf = ({ ip, socket }: Pick<FastifyRequest, 'ip' | 'socket'>): string => {
  const known = networks.get(ip)
  if (known !== undefined) return known
  const address = [ip, socket.remoteAddress ?? ''].map(each => each.replace(/%.*$/, '')).find(isIP)
  const network = address === undefined ? 'unknown' : normalizeIP(address, 64)
  if (address === ip) networks.set(ip, network)
  return network
}

/** Networks by address: most requests come from where others came from a moment ago. */
const networks = new LRUCache<string, string>({ max: 10_000 })

interface Counted {
  readonly max: number
  readonly remaining: number
  /** Milliseconds until all of the budget is there again; of a spent one, until trying again is worth it. */
  readonly ttl: number
  readonly isExceeded: boolean
}

const announce = (reply: FastifyReply, { max, remaining, ttl, isExceeded }: Counted): void => {
  const seconds = Math.max(isExceeded ? 1 : 0, Math.ceil(ttl / 1000))
  // Of several budgets that a request counts in, the headers tell of the one that is nearest its end.
  const told = reply.getHeader('ratelimit-remaining')
  if (told === undefined || remaining <= Number(told)) {
    reply.headers({
      'ratelimit-limit': String(max),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(seconds),
      'ratelimit-policy': `"minute";q=${max};w=60`,
      ratelimit: `"minute";r=${remaining};t=${seconds}`,
    })
  }
  if (isExceeded) {
    throw new GatewayError(429, 'rate_limited', 'That was too much at once. Wait a moment.', {
      'retry-after': String(seconds),
    })
  }
}

const storeOver = (limiter: RateLimiter) =>
  class Store implements FastifyRateLimitStore {
    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      windowMs = minute,
      limit = 1,
    ): void {
      limiter.consume(key, { limit, windowMs }).then(
        ({ allowed, remaining, resetMs, retryAfterMs }) =>
          callback(null, {
            current: allowed ? limit - remaining : limit + 1,
            ttl: allowed ? resetMs : retryAfterMs,
          }),
        (error: unknown) => callback(error instanceof Error ? error : new Error('the rate limiter failed')),
      )
    }

    child(): FastifyRateLimitStore {
      return this
    }
  }

const digest = (text: string) => createHash('sha256').update(text).digest('base64url').slice(0, 22)
