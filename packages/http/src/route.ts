import {
  admit,
  type CallContext,
  type DeclaredError,
  etagOf,
  NotFound,
  type Operation,
  parseInput,
  ValidationFailed,
  violationsOf,
} from '@plinth/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Gateway, gatewayOf } from './gateway-parts.ts'
import type { StoredAnswer } from './idempotency.ts'
import { GatewayError, headersOf, problemOf, problemType } from './problem.ts'
import { readQuery } from './query.ts'

/** What a route is: the contract of one method on one path, and what it does. */
export interface RouteSpec<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** As Fastify writes it: `/v1/orders/:orderId`. */
  readonly path: string
  /** The operation's name for generated clients, unique: `getOrder`. */
  readonly id: string
  /** The chapter of the API reference. */
  readonly tag: string
  /** What it calls: says who may, and how it refuses. */
  readonly operation: Pick<Operation, 'summary' | 'access' | 'errors'>
  readonly description?: string
  /** What does not fit is a 404: there is nothing by that name. */
  readonly params?: Params
  readonly query?: Query
  readonly body?: Body
  /** Answers in health by status; null where there is no body. */
  readonly responses: Readonly<Record<number, z.ZodType | null>>
  /** Errors beside those of the operation. */
  readonly errors?: readonly DeclaredError[]
  /** Whether an Idempotency-Key is asked for, or accepted. */
  readonly idempotency?: 'required' | 'accepted'
  /** A single resource: carries an ETag, and takes If-None-Match or If-Match. */
  readonly etag?: true
  /**
   * Which budget it counts in; the general one unless told. `credentials`: `email` in the body names the
   * account. `none`: for machines that watch the shop; nobody is even authenticated.
   */
  readonly limit?: 'credentials' | 'none'
  /** The body is taken as it comes, as text, for a signature over its bytes. */
  readonly rawBody?: true
  readonly handle: (call: RouteCall<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Answer>
}

/** A request that has passed all checks. */
export interface RouteCall<Params, Query, Body> {
  readonly context: CallContext
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Lower-case names, each once. */
  readonly headers: Readonly<Record<string, string>>
  /** For the operation that writes; see `assertMatch`. */
  readonly ifMatch: { readonly ifMatch?: string }
}

/** An answer in health. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const nothing = z.strictObject({})

/** Milliseconds from the arrival of a request until its operations give up: within the five seconds of every answer. */
const budgetMs = 4500

/** Declares a public route: checked, limited, idempotent and documented as its specification says. */
export function route<
  Params extends z.ZodType = typeof nothing,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = z.ZodUndefined,
>(app: FastifyInstance, spec: RouteSpec<Params, Query, Body>): void
export function route(app: FastifyInstance, spec: RouteSpec): void {
  const gateway = gatewayOf(app)
  gateway.routes.push(spec)
  app.route({
    method: spec.method,
    url: spec.path,
    config: { rawBody: spec.rawBody === true },
    onRequest: async (request, reply) => {
      if (spec.limit === 'none') return
      await gateway.admit(request, reply, spec.limit)
      const { actor } = gateway.callOf(request)
      admit({ actor }, spec.operation.access)
    },
    handler: async (request, reply) => {
      const answer = await answerTo(gateway, spec, request, reply)
      return send(spec, request, reply, answer)
    },
  })
}

const answerTo = async (
  gateway: Gateway,
  spec: RouteSpec,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<StoredAnswer> => {
  const context = contextOf(gateway, request)
  const params = parseParams(spec.params, request.params)
  const query = parseQuery(spec.query, request.raw.url ?? '')
  const body = spec.body && parseInput(spec.body, request.body ?? undefined)
  if (spec.limit === 'credentials') await gateway.limitAccount(reply, body)
  const headers = singleHeaders(request)
  const key = keyOf(spec, headers)
  const condition = headers['if-match']
  const call = {
    context: key === undefined ? context : { ...context, idempotencyKey: key },
    params,
    query,
    body,
    headers,
    ifMatch: condition === undefined ? {} : { ifMatch: condition },
  }
  if (key === undefined) return stored(await spec.handle(call))
  const { actor } = context
  return gateway.idempotency.run(
    {
      scope: actor.kind === 'user' ? actor.id : 'nobody',
      operation: spec.id,
      key,
      content: JSON.stringify([request.raw.url, body ?? null]),
    },
    context,
    () => spec.handle(call).then(stored, (error: unknown) => refused(gateway, request, error)),
  )
}

const stored = ({ status, body, headers = {} }: Answer): StoredAnswer => ({
  status,
  headers: { ...(body !== undefined && { 'content-type': 'application/json; charset=utf-8' }), ...headers },
  body: body === undefined ? '' : JSON.stringify(body),
})

/** A refusal as an answer, so that one which had an effect (402) can be kept. */
const refused = (gateway: Gateway, request: FastifyRequest, error: unknown): StoredAnswer => {
  const { requestId, instance } = gateway.callOf(request)
  const problem = problemOf(error, { instance, requestId })
  if (problem.status >= 500) gateway.report(error, request)
  return {
    status: problem.status,
    headers: { 'content-type': problemType, ...headersOf(error, problem.status) },
    body: JSON.stringify(problem),
  }
}

const send = (
  spec: RouteSpec,
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers, body }: StoredAnswer,
) => {
  reply.code(status).headers({ ...headers })
  if (spec.etag === true && status < 300 && body !== '') {
    const tag = etagOf(JSON.parse(body))
    reply.header('etag', tag)
    const known = request.headers['if-none-match']
    if (spec.method === 'GET' && known !== undefined && matches(known, tag)) {
      return reply.code(304).removeHeader('content-type').send()
    }
  }
  return body === '' ? reply.send() : reply.send(Buffer.from(body))
}

const matches = (condition: string, tag: string) =>
  condition.trim() === '*' || condition.split(',').some(each => each.trim().replace(/^W\//, '') === tag)

const contextOf = (gateway: Gateway, request: FastifyRequest): CallContext => {
  const { actor, requestId, traceparent, hangUp } = gateway.callOf(request)
  return {
    actor,
    requestId,
    traceparent,
    signal: hangUp.signal,
    address: request.ip,
    deadline: Date.now() + budgetMs,
  }
}

const parseParams = (schema: z.ZodType = nothing, given: unknown): unknown => {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw NotFound()
  return parsed.data
}

const parseQuery = (schema: z.ZodType = nothing, url: string): unknown => {
  const parsed = schema.safeParse({ ...readQuery(url) })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap(issue =>
    violationsOf(issue).map(violation => ({
      parameter: 'pointer' in violation ? violation.pointer.slice(1) : violation.parameter,
      detail:
        violation.detail === 'There is no such field.' ? 'There is no such parameter.' : violation.detail,
    })),
  )
  throw ValidationFailed({ errors })
}

const singleHeaders = ({ headers }: FastifyRequest): Record<string, string> => {
  const single: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') single[name] = value
  }
  return single
}

const keyOf = (
  { idempotency }: Pick<RouteSpec, 'idempotency'>,
  headers: Readonly<Record<string, string>>,
): string | undefined => {
  if (idempotency === undefined) return undefined
  const key = headers['idempotency-key']
  if (key === undefined) {
    if (idempotency === 'accepted') return undefined
    throw new GatewayError(400, 'idempotency_key_required', 'This request needs an Idempotency-Key header.')
  }
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw ValidationFailed({
    errors: [{ parameter: 'Idempotency-Key', detail: 'It must be 1 to 255 visible ASCII characters.' }],
  })
}
