import type { RateLimiter } from '@plinth/cache'
import type { Actor } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AuthenticationOptions, registerAuthentication } from './authenticator.ts'
import type { Call } from './call.ts'
import type { Gateway } from './gateway-parts.ts'
import { admitPassedOn, type PassedOn } from './passed-on.ts'
import { type RateLimits, registerRateLimits } from './rate-limits.ts'

/**
 * Lets requests in: who sends it is found out first, since that decides the budget it counts in; then it is
 * counted, also when its token is bad (by its address); then a bad token is refused. What another gateway passes on was
 * let in there.
 */
export const createAdmission = async (
  app: FastifyInstance,
  options: {
    readonly authentication: AuthenticationOptions
    readonly limiter: RateLimiter
    readonly limits: RateLimits
    readonly passedOn?: PassedOn
  },
  callOf: (request: FastifyRequest) => Call,
): Promise<Pick<Gateway, 'admit' | 'limitAccount' | 'welcome'>> => {
  const authenticate = await registerAuthentication(app, options.authentication)
  const limiting = await registerRateLimits(app, options.limiter, options.limits)
  return {
    admit: async (request, reply, limit) => {
      const call = callOf(request)
      if (options.passedOn !== undefined && (await admitPassedOn(options.passedOn, request, call))) return
      const outcome = await authenticate(request).then(
        (actor): { actor: Actor } => ({ actor }),
        (error: unknown): { error: unknown } => ({ error }),
      )
      if ('actor' in outcome) call.actor = outcome.actor
      if (limit === 'credentials') await limiting.credentialsByAddress(request, reply)
      else await limiting.general(request, reply, call.actor)
      if ('error' in outcome) throw outcome.error
    },
    limitAccount: async (request, reply, account) => {
      if (!callOf(request).passedOn) await limiting.credentialsByAccount(request, reply, account)
    },
    welcome: async (request, account) => {
      if (!callOf(request).passedOn) await limiting.welcome(request, account)
    },
  }
}
