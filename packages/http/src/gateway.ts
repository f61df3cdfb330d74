import type { RateLimiter } from '@plinth/cache'
import type { Pool } from '@plinth/postgres'
import { type Logger, type Metrics, type Spans, silentMetrics, withLogFields } from '@plinth/telemetry'
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { createAdmission } from './admission.ts'
import type { AuthenticationOptions } from './authenticator.ts'
import { guardBrowsers, guardsForBrowsers } from './browsers.ts'
import { createCalls } from './call.ts'
import { answerExpectations } from './client-errors.ts'
import { type ConnectionLimits, watchConnections } from './connections.ts'
import { setGateway } from './gateway-parts.ts'
import { isHost } from './host.ts'
import { createIdempotency } from './idempotency.ts'
import { takeJsonBodies } from './json-body.ts'
import { lingerOverBody } from './large-bodies.ts'
import { answerForTheLate } from './late-answers.ts'
import type { PassedOn } from './passed-on.ts'
import { bodyTooLate, GatewayError, headersOf, problemOf, problemType } from './problem.ts'
import type { RateLimits } from './rate-limits.ts'
import { createRequestLog } from './request-log.ts'
import { serverOptions } from './server-options.ts'
import { endConnectionsOnStop } from './stopping.ts'
import { watchRoutes } from './unknown-routes.ts'

/** What a gateway is made of. */
export interface GatewayOptions extends Partial<ConnectionLimits> {
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Where each request is recorded, if anywhere. */
  readonly spans?: Spans | undefined
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
  /** Lets in what another gateway of the shop passes on; see `forwardRoutes`. */
  readonly passedOn?: PassedOn
}

/** No request takes longer, whatever hangs; operations give up by themselves before that. */
const answerWithinMs = 4_500

/**
 * The gateway: a Fastify instance on which {@link route} declares routes. Everything it answers that is not
 * a success is a problem document; every answer carries X-Request-Id.
 */
export const createGateway = async (options: GatewayOptions): Promise<FastifyInstance> => {
  const { logger, metrics = silentMetrics, corsOrigins = [] } = options
  const guards = await guardsForBrowsers()
  const callOf = createCalls()
  const log = createRequestLog({ logger, metrics, spans: options.spans }, callOf)

  const refuse = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const { requestId, instance } = callOf(request)
    const problem = problemOf(error, { instance, requestId })
    if (problem.status >= 500) log.report(error, request, problem.status)
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
    ...serverOptions(options, guards),
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply.headers({ ...guards })),
  })
  answerExpectations(app, guards)
  app.setErrorHandler((error, request, reply) => {
    const cause = request.raw.complete ? error : (bodyTooLate(error) ?? error)
    if (problemOf(cause, callOf(request)).status === 413) lingerOverBody(request, reply)
    return refuse(cause, request, reply)
  })
  const known = watchRoutes(app)
  answerForTheLate(app, answerWithinMs)

  app.addHook('onRequest', (request, reply, done) => {
    const { requestId, logFields, tally, hangUp } = callOf(request)
    reply.header('x-request-id', requestId)
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) hangUp.abort()
    })
    withLogFields(logFields, done, tally)
  })
  app.addHook('onResponse', (request, reply, done) => {
    log.answered(request, reply)
    done()
  })
  const { maxConnections = 5_000, answerTimeoutMs = 30_000 } = options
  endConnectionsOnStop(app, watchConnections(app.server, { maxConnections, answerTimeoutMs }))
  app.addHook('onSend', (request, reply, _, done) => {
    if (!reply.hasHeader('cache-control')) {
      const isPublic = request.method === 'GET' && callOf(request).actor.kind === 'anonymous'
      reply.header('cache-control', isPublic ? 'no-cache' : 'no-store')
    }
    done()
  })
  takeJsonBodies(app)
  await guardBrowsers(app, guards, corsOrigins)
  /** What no route is there for: it counts, too, and is told so before its body is read; OPTIONS says what there is. */
  const answerBesideRoutes = async (request: FastifyRequest, reply: FastifyReply) => {
    if (request.is404) {
      await admit(request, reply)
      throw known.errorFor(request)
    }
    const methods = known.methodsFor(request)
    if (methods.length === 0) throw known.errorFor(request)
    void reply.code(204).header('allow', methods.join(', ')).header('content-length', '0').send()
  }
  app.addHook('onRequest', (request, reply, done) => {
    const { host } = request.headers
    const fits = host === undefined ? request.raw.httpVersion !== '1.1' : isHost(host)
    if (!fits) done(new GatewayError(400, 'bad_request', 'The Host header is missing or malformed.'))
    else if (request.is404 || request.method === 'OPTIONS') answerBesideRoutes(request, reply).catch(done)
    else done()
  })

  const { admit, limitAccount, welcome } = await createAdmission(app, options, callOf)
  app.setNotFoundHandler((request, reply) => refuse(known.errorFor(request), request, reply))
  setGateway(app, {
    routes: [],
    idempotency: createIdempotency(options.pool, logger),
    callOf,
    report: log.report,
    reportExcess: log.reportExcess,
    admit,
    limitAccount,
    welcome,
  })
  return app
}
