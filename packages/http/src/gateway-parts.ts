import type { Actor } from '@plinth/kernel'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Idempotency } from './idempotency.ts'
import type { RouteSpec } from './route.ts'

/** What the gateway knows of a request under way. */
export interface Call {
  readonly requestId: string
  readonly traceparent: string
  /** The path, without the query: `instance` of a problem. */
  readonly instance: string
  /** Aborted when the client hangs up. */
  readonly hangUp: AbortController
  /** Anonymous until the request is admitted. */
  actor: Actor
}

/** The parts of a gateway that its routes work with. */
export interface Gateway {
  /** Every route declared so far, for the OpenAPI document. Specifications of any shape: only read. */
  readonly routes: Pick<RouteSpec, Exclude<keyof RouteSpec, 'handle'>>[]
  readonly idempotency: Idempotency
  readonly callOf: (request: FastifyRequest) => Call
  /** Authenticates and counts the request; throws when it may go no further. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply, limit: RouteSpec['limit']) => Promise<void>
  /** Counts a try at the account that the body names. */
  readonly limitAccount: (reply: FastifyReply, body: unknown) => Promise<void>
  /** Logs an error that the client learns nothing of. */
  readonly report: (error: unknown, request: FastifyRequest) => void
}

const gateways = new WeakMap<object, Gateway>()

/** Makes a Fastify instance a gateway. */
export const setGateway = (app: FastifyInstance, gateway: Gateway): void => {
  gateways.set(app.server, gateway)
}

/** The gateway behind an instance, or behind the plugin's own view of it. */
export const gatewayOf = (app: FastifyInstance): Gateway => {
  const gateway = gateways.get(app.server)
  if (gateway === undefined) throw new Error('routes are declared on what createGateway makes')
  return gateway
}
