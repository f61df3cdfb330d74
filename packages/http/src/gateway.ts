import { randomUUID } from 'node:crypto'
import fastifyCors from '@fastify/cors'
import fastifyHelmet from '@fastify/helmet'
import type { RateLimiter } from '@plinth/cache'
import { anonymous } from '@plinth/kernel'
import type { Pool } from '@plinth/postgres'
import {
  childTraceparent,
  type Logger,
  type Metrics,
  silentMetrics,
  traceLogFields,
  withLogFields,
} from '@plinth/telemetry'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type AuthenticationOptions, registerAuthentication } from './authenticator.ts'
import { answerParserErrors } from './client-errors.ts'
import { type Call, type Gateway, setGateway } from './gateway-parts.ts'
import { createIdempotency } from './idempotency.ts'
import { readJson } from './json-body.ts'
import { headersOf, problemOf, problemType } from './problem.ts'
import { type RateLimits, registerRateLimits } from './rate-limits.ts'
import { createUnknownRoutes } from './unknown-routes.ts'

/** What a gateway is made of. */
export interface GatewayOptions {
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Where idempotency keys are kept. */
  readonly pool: Pool
  readonly authentication: AuthenticationOptions
  readonly limiter: RateLimiter
  readonly limits: RateLimits
  /** Addresses or networks of proxies whose `X-Forwarded-For` counts. */
  readonly trustProxy?: readonly string[]
  /** Origins that browsers may call from. */
  readonly corsOrigins?: readonly string[]
  /** Bytes of the largest request body (1 MiB). */
  readonly bodyLimit?: number
}

/** The largest request body, in bytes. */
const defaultBodyLimit = 1024 * 1024

/**
 * The gateway: a Fastify instance on which {@link route} declares routes. Everything it answers that is not
 * a success is a problem document; every answer carries X-Request-Id.
 */
export const createGateway = async (options: GatewayOptions): Promise<FastifyInstance> => {
  const {
    logger,
    metrics = silentMetrics,
    trustProxy = [],
    corsOrigins = [],
    bodyLimit = defaultBodyLimit,
  } = options
  const calls = new WeakMap<FastifyRequest['raw'], Call>()
  const callOf = (request: FastifyRequest): Call => {
    const known = calls.get(request.raw)
    if (known !== undefined) return known
    const call = newCall(request)
    calls.set(request.raw, call)
    return call
  }
  const report = (error: unknown, request: FastifyRequest) =>
    logger.error(
      {
        err: error,
        method: request.method,
        route: request.routeOptions.url,
        requestId: callOf(request).requestId,
      },
      'a request failed',
    )
  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { requestId, instance } = callOf(request)
    const problem = problemOf(error, { instance, requestId })
    if (problem.status >= 500) report(error, request)
    return reply
      .code(problem.status)
      .headers({
        'x-request-id': requestId,
        'content-type': problemType,
        'cache-control': 'no-store',
        ...headersOf(error, problem.status),
      })
      .send(Buffer.from(JSON.stringify(problem)))
  }
  const app = fastify({
    logger: false,
    bodyLimit,
    trustProxy: trustProxy.length > 0 ? [...trustProxy] : false,
    requestTimeout: 15_000,
    connectionTimeout: 30_000,
    handlerTimeout: 10_000,
    keepAliveTimeout: 65_000,
    http: { maxHeaderSize: 16 * 1024, headersTimeout: 10_000 },
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: false, caseSensitive: true },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    clientErrorHandler: answerParserErrors(logger),
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
  })
  app.setErrorHandler((error, request, reply) => refuse(error, request, reply))
  const unknown = createUnknownRoutes(app)
  app.setNotFoundHandler((request, reply) => refuse(unknown.errorFor(request), request, reply))

  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, by route',
    labels: ['method', 'route', 'status'],
  })
  app.addHook('onRequest', (request, reply, done) => {
    const { requestId, traceparent, hangUp } = callOf(request)
    reply.header('x-request-id', requestId)
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) hangUp.abort()
    })
    withLogFields({ requestId, ...traceLogFields(traceparent) }, done)
  })
  app.addHook('onSend', async (request, reply) => {
    if (!reply.hasHeader('cache-control')) {
      reply.header('cache-control', callOf(request).actor.kind === 'user' ? 'no-store' : 'no-cache')
    }
  })
  app.addHook('onResponse', async (request, reply) => {
    const { url = 'unknown' } = request.routeOptions
    const ms = Math.round(reply.elapsedTime * 10) / 10
    duration.observe(
      { method: request.method, route: url, status: reply.statusCode },
      reply.elapsedTime / 1000,
    )
    logger.info(
      {
        method: request.method,
        route: url,
        status: reply.statusCode,
        ms,
        requestId: callOf(request).requestId,
      },
      'request',
    )
  })
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      if (wantsRaw(request)) return bytes.toString('utf8')
      return bytes.length === 0 ? undefined : readJson(bytes)
    },
  )

  await app.register(fastifyHelmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] } },
  })
  await app.register(fastifyCors, {
    origin: [...corsOrigins],
    exposedHeaders: [
      'ETag',
      'Location',
      'Retry-After',
      'X-Request-Id',
      'Idempotent-Replayed',
      'RateLimit-Limit',
      'RateLimit-Remaining',
      'RateLimit-Reset',
    ],
    maxAge: 600,
    strictPreflight: false,
  })
  const authenticate = await registerAuthentication(app, options.authentication)
  const limiting = await registerRateLimits(app, options.limiter, options.limits)
  const idempotency = createIdempotency(options.pool)

  const gateway: Gateway = {
    routes: [],
    idempotency,
    callOf,
    report,
    admit: async (request, reply, limit) => {
      const call = callOf(request)
      const outcome = await authenticate(request).catch((error: unknown) => error)
      if (isActor(outcome)) call.actor = outcome
      if (limit === 'credentials') await limiting.credentialsByAddress(request, reply)
      else await limiting.general(request, reply, call.actor)
      if (!isActor(outcome)) throw outcome
    },
    limitAccount: async (reply, body) => {
      const account = accountIn.safeParse(body).data?.email
      if (account !== undefined) await limiting.credentialsByAccount(reply, account)
    },
  }
  setGateway(app, gateway)
  return app
}

const accountIn = z.object({ email: z.string() })

const isActor = (outcome: unknown): outcome is Call['actor'] =>
  typeof outcome === 'object' && outcome !== null && !(outcome instanceof Error) && 'kind' in outcome

const wantsRaw = (request: FastifyRequest): boolean =>
  'rawBody' in request.routeOptions.config && request.routeOptions.config.rawBody === true

const newCall = (request: FastifyRequest): Call => {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
  const trace = request.headers.traceparent
  return {
    requestId,
    traceparent: childTraceparent(typeof trace === 'string' ? trace : undefined),
    instance: (request.raw.url ?? '/').replace(/\?.*$/s, '').slice(0, 500),
    hangUp: new AbortController(),
    actor: anonymous,
  }
}
