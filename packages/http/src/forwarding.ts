import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { type Actor, addressHeader, deadlineHeader, Unavailable } from '@plinth/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { accountTried } from './account-tried.ts'
import type { Call } from './call.ts'
import { endToEnd } from './end-to-end.ts'
import type { Gateway } from './gateway-parts.ts'
import { readJson } from './json-body.ts'
import { readInput } from './route-input.ts'
import type { RouteDeclaration } from './route-spec.ts'

/** A request on its way to where it is answered. */
export interface ForwardedRequest {
  readonly method: string
  /** With its query, as the client wrote it. */
  readonly path: string
  /**
   * Lower-case names, as of now: asked when it is sent, since the time that is left gets less. Who it is for is still to be
   * said, in a way that the other side believes.
   */
  readonly headers: () => Readonly<Record<string, string | string[]>>
  readonly body: Buffer | undefined
  readonly actor: Actor
  /** Fires when the client hangs up. */
  readonly signal: AbortSignal
  /** Epoch milliseconds by which the head of the answer must be there. */
  readonly deadline: number
}

/** The answer, as it comes in. */
export interface ForwardedAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Readable
}

/** The way to another deployable of the shop. Rejects when nobody answers there. */
export type Forward = (request: ForwardedRequest) => Promise<ForwardedAnswer>

/**
 * Declares the routes of a domain that runs elsewhere. They are authenticated, limited and documented here, as if it
 * ran here; checked, idempotent and answered there. A client sees no difference: it gets that answer, byte for byte.
 *
 * @param routes what the domain gives a gateway; none of its handlers is called
 */
export const forwardRoutes = async (
  app: FastifyInstance,
  routes: (app: FastifyInstance) => Promise<void>,
  forward: Forward,
): Promise<void> => {
  await app.register(async elsewhere => {
    elsewhere.removeAllContentTypeParsers()
    // As it came: what is wrong with it is told where the route is. A client that is slow keeps nobody waiting there.
    elsewhere.addContentTypeParser(
      '*',
      { parseAs: 'buffer' },
      async (_: FastifyRequest, body: Buffer) => body,
    )
    forwards.set(elsewhere, forward)
    await routes(elsewhere)
  })
}

/** Where the routes that are declared on an instance are forwarded to; undefined where they are answered here. */
export const forwardOf = (app: FastifyInstance): Forward | undefined => forwards.get(app)

const forwards = new WeakMap<object, Forward>()

/** Milliseconds that an answer may take from the arrival of its request, and those that it may be on its way back. */
const budgetMs = 4000
const wayBackMs = 250

/** The handler of a route that is answered elsewhere. */
export const forwarded =
  (gateway: Gateway, spec: RouteDeclaration, forward: Forward) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const call = gateway.callOf(request)
    const body = Buffer.isBuffer(request.body) ? request.body : undefined
    const account = spec.limit === 'credentials' ? accountIn(spec, request, call, body) : undefined
    if (account !== undefined) await gateway.limitAccount(request, reply, account)
    const answer = await forward(onItsWay(request, call, body)).catch((cause: unknown) => {
      throw Unavailable(undefined, { cause })
    })
    if (account !== undefined && spec.provesAccount === true && answer.status < 300)
      await gateway.welcome(request, account)
    return send(request, reply, answer)
  }

const onItsWay = (request: FastifyRequest, call: Call, body: Buffer | undefined): ForwardedRequest => {
  const { requestId, traceparent, address, actor, hangUp } = call
  const answerBy = call.deadline ?? Date.now() + budgetMs
  const lasting = {
    ...endToEnd(request.headers, isOurs),
    'x-request-id': requestId,
    traceparent,
    [addressHeader]: address,
  }
  return {
    method: request.method,
    path: request.raw.url ?? '/',
    headers: () => ({ ...lasting, [deadlineHeader]: String(Math.max(0, answerBy - Date.now())) }),
    body,
    actor,
    signal: hangUp.signal,
    deadline: answerBy + wayBackMs,
  }
}

/**
 * Headers of a request that end here: those that say who it is and where it came from are written anew, those for
 * browsers are answered here, and ours are nobody else's to send.
 */
const isOurs = (name: string): boolean =>
  /^(authorization|host|origin|expect|forwarded|via|content-length)$|^(x-forwarded-|access-control-|plinth-)/.test(
    name,
  )

/** The account that a request tries at. What is malformed is not counted, and refused where it is read. */
const accountIn = (
  spec: RouteDeclaration,
  request: FastifyRequest,
  { actor }: Call,
  body: Buffer | undefined,
): string | undefined => {
  try {
    const parsed = body === undefined || body.length === 0 ? undefined : readJson(body)
    const { params, raw, headers } = request
    return accountTried(spec, actor, readInput(spec, { params, raw, headers, body: parsed }).body)
  } catch {
    return undefined
  }
}

const send = async (
  request: FastifyRequest,
  reply: FastifyReply,
  { status, headers, body }: ForwardedAnswer,
): Promise<FastifyReply> => {
  reply.code(status)
  // What this gateway has said already (limits, guards, the request's id) stays as it is.
  for (const [name, value] of Object.entries(endToEnd(headers, name => reply.hasHeader(name))))
    reply.header(name, value)
  if (status === 204 || status === 304) {
    body.resume()
    return reply.send()
  }
  // Of an answer to HEAD the headers are all there is.
  if (request.method === 'HEAD') return reply.send(body)
  if (Number(headers['content-length']) <= heldBytes) return reply.send(await buffer(body))
  // As it comes; who reads it slowly has as long as they go on reading.
  reply.hijack()
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value)
  reply.raw.writeHead(status)
  await pipeline(body, reply.raw).catch(() => reply.raw.destroy())
  return reply
}

/** An answer up to this size does not keep its connection busy for as long as the client takes to read it. */
const heldBytes = 1024 * 1024
