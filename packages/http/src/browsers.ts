import fastifyCors from '@fastify/cors'
import fastifyHelmet from '@fastify/helmet'
import fastify, { type FastifyInstance } from 'fastify'
import { z } from 'zod'

/** Headers by which a browser guards its user. */
export type Guards = Readonly<Record<string, string>>

/**
 * Helmet's headers, for every answer, also those that come before there is a request to speak of. They are
 * always the same: to let the plugin work them out for each answer costs a twelfth of a small request.
 */
export const guardsForBrowsers = async (): Promise<Guards> => {
  await using sample = fastify()
  await sample.register(fastifyHelmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  })
  sample.get('/', async (_, reply) => reply.getHeaders())
  return z.record(z.string(), z.string()).parse((await sample.inject('/')).json())
}

/**
 * Sends the guards with every answer, and says which origins may call. An origin that is not on the list
 * gets no CORS headers. No cookies are involved, so no credentials are allowed.
 */
export const guardBrowsers = async (
  app: FastifyInstance,
  guards: Guards,
  origins: readonly string[],
): Promise<void> => {
  app.addHook('onRequest', (_, reply, done) => {
    reply.headers({ ...guards })
    done()
  })
  await app.register(fastifyCors, {
    origin: origins.length > 0 ? [...origins] : false,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Traceparent',
      'Tracestate',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'ETag',
      'Idempotent-Replayed',
      'Location',
      'RateLimit',
      'RateLimit-Limit',
      'RateLimit-Policy',
      'RateLimit-Remaining',
      'RateLimit-Reset',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
    // OPTIONS without a preflight's headers is answered with Allow, by the gateway.
    preflightContinue: true,
    strictPreflight: false,
  })
}
