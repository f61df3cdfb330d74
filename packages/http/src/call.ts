import { randomUUID } from 'node:crypto'
import { type Actor, anonymous } from '@plinth/kernel'
import { childTraceparent, type LogFields, type Tally, traceLogFields } from '@plinth/telemetry'
import type { FastifyRequest } from 'fastify'

/** What the gateway knows of a request under way. */
export interface Call {
  readonly requestId: string
  readonly traceparent: string
  /** The path, without the query: `instance` of a problem. */
  readonly instance: string
  /** On every line that is logged on behalf of the request. */
  readonly logFields: LogFields
  /** What it has cost so far. */
  readonly tally: Tally
  /** Aborted when the client hangs up. */
  readonly hangUp: AbortController
  /** Anonymous until the request is admitted. */
  actor: Actor
  /** Whether another gateway of the shop has let the request in, and passed it on. */
  passedOn: boolean
  /** Where the request came from; told by the gateway that passed it on, where one did. */
  address: string
  /** Epoch milliseconds by which whoever passed it on wants its answer. */
  deadline: number | undefined
}

/** Remembers the call behind each request, from its first look-up on. */
export const createCalls = (): ((request: FastifyRequest) => Call) => {
  const calls = new WeakMap<FastifyRequest['raw'], Call>()
  return request => {
    const known = calls.get(request.raw)
    if (known !== undefined) return known
    const call = newCall(request)
    calls.set(request.raw, call)
    return call
  }
}

/** The path of a request as it was sent, without the query. */
export const pathOf = (request: FastifyRequest): string => (request.raw.url ?? '/').replace(/[?#].*$/s, '')

const newCall = (request: FastifyRequest): Call => {
  const given = request.headers['x-request-id']
  const requestId = typeof given === 'string' && wellFormed.test(given) ? given : randomUUID()
  const trace = request.headers.traceparent
  const traceparent = childTraceparent(typeof trace === 'string' ? trace : undefined)
  return {
    requestId,
    traceparent,
    instance: pathOf(request).slice(0, 500),
    tally: { statements: 0, transactions: 0 },
    logFields: { requestId, ...traceLogFields(traceparent) },
    hangUp: new AbortController(),
    actor: anonymous,
    passedOn: false,
    address: request.ip,
    deadline: undefined,
  }
}

/** A request id that may go into logs and headers as it is. */
const wellFormed = /^[\w.:-]{1,128}$/
