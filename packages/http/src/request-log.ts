import type { Logger, Metrics, Spans } from '@plinth/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Call } from './call.ts'
import type { Gateway } from './gateway-parts.ts'

/** What is written down of requests: a line and a measurement each, and what went wrong. */
export interface RequestLog extends Pick<Gateway, 'report' | 'reportExcess'> {
  /** A request has its answer. */
  readonly answered: (request: FastifyRequest, reply: FastifyReply) => void
}

/** The parts of a shop call each other for each request, and by the clock besides. */
const callsOfParts = '/rpc/'

/** Neither query nor body is logged, and paths only as their pattern: what people send may be private. */
export const createRequestLog = (
  {
    logger,
    metrics,
    spans,
  }: { readonly logger: Logger; readonly metrics: Metrics; readonly spans: Spans | undefined },
  callOf: (request: FastifyRequest) => Call,
): RequestLog => {
  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'How long requests took, by route',
    labels: ['method', 'route', 'status'],
  })
  const fieldsOf = (request: FastifyRequest) => {
    const { actor, logFields } = callOf(request)
    return {
      ...logFields,
      ...(actor.kind === 'user' && { user: actor.id }),
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
    }
  }
  const record = (into: Spans, request: FastifyRequest, { statusCode, elapsedTime }: FastifyReply) => {
    const { traceparent, requestId, tally } = callOf(request)
    const { method, route } = fieldsOf(request)
    const parent = request.headers.traceparent
    into.record({
      name: `${method} ${route}`,
      kind: 'server',
      traceparent,
      parent: typeof parent === 'string' ? parent : undefined,
      ms: elapsedTime,
      failed: statusCode >= 500,
      attributes: {
        'http.request.method': method,
        'http.route': route,
        'http.response.status_code': statusCode,
        'plinth.request_id': requestId,
        'plinth.sql.statements': tally.statements,
      },
    })
  }
  return {
    answered: (request, reply) => {
      if (spans !== undefined) record(spans, request, reply)
      const { method, route, ...fields } = fieldsOf(request)
      const { statusCode: status, elapsedTime } = reply
      const { statements, transactions } = callOf(request).tally
      const cost = statements > 0 && { statements, transactions }
      duration.observe({ method, route, status }, elapsedTime / 1000)
      const line = { ...fields, method, route, status, ms: Math.round(elapsedTime * 10) / 10, ...cost }
      if (route.startsWith(callsOfParts)) logger.debug(line, 'call')
      else logger.info(line, 'request')
    },
    report: (err, request, status) => {
      const fields = { ...fieldsOf(request), status, err }
      if (callOf(request).hangUp.signal.aborted) logger.info(fields, 'the client hung up')
      else if (status === 503) logger.warn(fields, 'a request could not be served')
      else logger.error(fields, 'a request failed')
    },
    reportExcess: (fields, request) =>
      logger.error(
        { ...fieldsOf(request), fields: fields.slice(0, 20) },
        'an answer held fields that its schema does not name',
      ),
  }
}
