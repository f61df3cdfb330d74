import { admit, type CallContext, isFrozen } from '@plinth/kernel'
import { withLogFields } from '@plinth/telemetry'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { accountTried } from './account-tried.ts'
import { answerOf, refusalOf, sendAnswer } from './answer.ts'
import { type Shape, shapeOf } from './answer-shape.ts'
import { forwarded, forwardOf } from './forwarding.ts'
import { type Gateway, gatewayOf } from './gateway-parts.ts'
import type { StoredAnswer } from './idempotency.ts'
import { problemOf } from './problem.ts'
import { networkOf } from './rate-limits.ts'
import { readInput } from './route-input.ts'
import type { Answer, RouteCall, RouteSpec } from './route-spec.ts'

/**
 * Milliseconds from the arrival of a request until its operations give up. Every answer is there within five
 * seconds, as the client counts them: the last of them is for the network and for a busy process.
 */
const budgetMs = 4000

/**
 * Declares a public route: checked, limited, idempotent and documented as its specification says. What it
 * refuses comes in the order 401, 403, 400, 404, and then what the operation says.
 */
export function route<
  Params extends z.ZodType = z.ZodObject<Record<never, never>>,
  Query extends z.ZodType = z.ZodObject<Record<never, never>>,
  Body extends z.ZodType = z.ZodUndefined,
>(app: FastifyInstance, spec: RouteSpec<Params, Query, Body>): void
export function route(app: FastifyInstance, spec: RouteSpec): void {
  const gateway = gatewayOf(app)
  gateway.routes.push(spec)
  const forward = forwardOf(app)
  const handle = forward === undefined ? answered(gateway, spec) : forwarded(gateway, spec, forward)
  app.route({
    method: spec.method,
    url: spec.path,
    config: { rawBody: spec.rawBody === true },
    onRequest: async (request, reply) => {
      if (spec.limit === 'none') return
      await gateway.admit(request, reply, spec.limit)
      admit({ actor: gateway.callOf(request).actor }, spec.operation.access)
    },
    handler: (request, reply) => handle(request, reply),
  })
}

const answered = (gateway: Gateway, spec: RouteSpec) => {
  const answer = answerer(gateway, spec)
  // Once more: where a body was waited for, the fields are those of whatever read the socket.
  return (request: FastifyRequest, reply: FastifyReply) => {
    const { logFields, tally } = gateway.callOf(request)
    const work = async () => sendAnswer(spec, request, reply, await answer(request, reply))
    return withLogFields(logFields, work, tally)
  }
}

const answerer = (gateway: Gateway, spec: RouteSpec) => {
  const shapes = new Map<number, Shape>()
  for (const [status, schema] of Object.entries(spec.responses)) {
    if (schema !== null) shapes.set(Number(status), shapeOf(schema))
  }
  /** What never changes looks the same each time it is sent: what comes out of a cache in memory, above all. */
  const ready = new WeakMap<object, StoredAnswer>()
  const formed = (answer: Answer, request: FastifyRequest): StoredAnswer => {
    const { status, body, headers } = answer
    const constant = isFrozen(body) && headers === undefined ? body : undefined
    const known = constant && ready.get(constant)
    if (known?.status === status) return known
    const excess: string[] = []
    const formed = answerOf(answer, shapes.get(answer.status), pointer => excess.push(pointer))
    if (excess.length > 0) gateway.reportExcess(excess, request)
    else if (constant !== undefined) ready.set(constant, formed)
    return formed
  }
  return async (request: FastifyRequest, reply: FastifyReply): Promise<StoredAnswer> => {
    const { idempotencyKey: key, params, query, body, headers } = readInput(spec, request)
    const context = contextOf(gateway, request, key)
    const account = spec.limit === 'credentials' ? accountTried(spec, context.actor, body) : undefined
    if (account !== undefined) await gateway.limitAccount(request, reply, account)
    const condition = headers['if-match']
    const ifMatch = condition === undefined ? {} : { ifMatch: condition }
    const call: RouteCall<unknown, unknown, unknown> = { context, params, query, body, headers, ifMatch }
    if (key === undefined || spec.idempotency === 'by-operation') {
      const answer = formed(await spec.handle(call), request)
      if (spec.provesAccount === true && account !== undefined) await gateway.welcome(request, account)
      return answer
    }
    const { actor } = context
    return gateway.idempotency.run(
      {
        scope:
          actor.kind === 'user'
            ? actor.id
            : networkOf({ ip: gateway.callOf(request).address, socket: request.socket }),
        operation: spec.id,
        key,
        content: [request.raw.url, body],
        settles: spec.settles === true,
      },
      context,
      () =>
        spec.handle(call).then(
          answer => formed(answer, request),
          (error: unknown) => refused(gateway, request, error),
        ),
    )
  }
}

const refused = (gateway: Gateway, request: FastifyRequest, error: unknown): StoredAnswer => {
  const problem = problemOf(error, gateway.callOf(request))
  if (problem.status >= 500) gateway.report(error, request, problem.status)
  return refusalOf(error, problem)
}

const contextOf = (gateway: Gateway, request: FastifyRequest, key: string | undefined): CallContext => {
  const { actor, requestId, traceparent, hangUp, address, deadline } = gateway.callOf(request)
  return {
    actor,
    requestId,
    traceparent,
    signal: hangUp.signal,
    address,
    deadline: deadline ?? Date.now() + budgetMs,
    ...(key !== undefined && { idempotencyKey: key }),
  }
}
