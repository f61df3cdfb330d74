import { createHash } from 'node:crypto'
import fastifyRateLimit, { type FastifyRateLimitStore } from '@fastify/rate-limit'
import type { RateLimiter } from '@plinth/cache'
import type { Actor } from '@plinth/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { GatewayError } from './problem.ts'

/** The budgets of a minute. */
export interface RateLimits {
  /** Of a user, and of an address without one. */
  readonly general: number
  /** Tries at the credential endpoints, by account and by address. */
  readonly credentialsByAccount: number
  readonly credentialsByAddress: number
}

/** Counts a request against its budget, writes the headers, and throws `rate_limited` when it is spent. */
export interface RateLimiting {
  readonly general: (request: FastifyRequest, reply: FastifyReply, actor: Actor) => Promise<void>
  readonly credentialsByAddress: (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** By the account named in the body, whoever asks: in any spelling of its e-mail. */
  readonly credentialsByAccount: (reply: FastifyReply, account: string) => Promise<void>
}

const minute = 60_000

/**
 * Rate limits on `@fastify/rate-limit`, with the buckets of `@plinth/cache`: shared by all replicas
 * through Redis, taken over by each process while Redis is away. The plugin's own hook is not used, since it
 * runs before anybody is authenticated.
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
  const addressOf = app.createRateLimit({ max: limits.general, timeWindow: minute })
  const general = async (request: FastifyRequest, reply: FastifyReply, actor: Actor) => {
    keys.set(request, actor.kind === 'user' ? `user:${actor.id}` : `address:${networkOf(request.ip)}`)
    const verdict = await addressOf(request)
    if (verdict.isAllowed) return
    announce(reply, {
      limit: verdict.max,
      remaining: verdict.remaining,
      resetMs: verdict.ttl,
      allowed: !verdict.isExceeded,
    })
  }
  const consume = async (reply: FastifyReply, key: string, limit: number) =>
    announce(reply, await limiter.consume(key, { limit, windowMs: minute }))
  return {
    general,
    credentialsByAddress: (request, reply) =>
      consume(reply, `credentials:address:${networkOf(request.ip)}`, limits.credentialsByAddress),
    credentialsByAccount: (reply, account) =>
      consume(
        reply,
        `credentials:account:${digest(account.normalize('NFC').toLowerCase())}`,
        limits.credentialsByAccount,
      ),
  }
}

/** What an address counts as: one IPv6 customer has a whole /64, and IPv4 is IPv4 in whatever clothes. */
export const networkOf = (address: string): string => {
  const plain = address.replace(/%.*$/, '').toLowerCase()
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  if (!plain.includes(':')) return plain
  const [head = '', tail = ''] = plain.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const gap = plain.includes('::') ? 8 - groups(head).length - groups(tail).length : 0
  const all = [...groups(head), ...Array.from({ length: Math.max(0, gap) }, () => '0'), ...groups(tail)]
  return `${all
    .slice(0, 4)
    .map(group => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`
}

interface Announced {
  readonly limit: number
  readonly remaining: number
  readonly resetMs: number
  readonly allowed: boolean
}

const announce = (reply: FastifyReply, { limit, remaining, resetMs, allowed }: Announced): void => {
  const seconds = Math.ceil(resetMs / 1000)
  // Of several budgets that a request counts in, the headers tell of the one that is nearest its end.
  const told = reply.getHeader('ratelimit-remaining')
  if (told === undefined || remaining <= Number(told)) {
    reply.headers({
      'ratelimit-limit': String(limit),
      'ratelimit-remaining': String(remaining),
      'ratelimit-reset': String(seconds),
      'ratelimit-policy': `"minute";q=${limit};w=60`,
      ratelimit: `"minute";r=${remaining};t=${seconds}`,
    })
  }
  if (!allowed) {
    throw new GatewayError(429, 'rate_limited', 'That was too much at once. Wait a moment.', {
      'retry-after': String(Math.max(1, seconds)),
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
