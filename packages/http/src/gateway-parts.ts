import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Call } from './call.ts'
import type { Idempotency } from './idempotency.ts'
import type { RouteDeclaration, RouteLimit } from './route-spec.ts'

/** The parts of a gateway that its routes work with. */
export interface Gateway {
  /** Every route declared so far, for the OpenAPI document. */
  readonly routes: RouteDeclaration[]
  readonly idempotency: Idempotency
  readonly callOf: (request: FastifyRequest) => Call
  /** Authenticates and counts the request; throws when it may go no further. */
  readonly admit: (request: FastifyRequest, reply: FastifyReply, limit?: RouteLimit) => Promise<void>
  /** Counts a try at an account, however its e-mail is spelled; throws when the budget is spent. */
  readonly limitAccount: (request: FastifyRequest, reply: FastifyReply, account: string) => Promise<void>
  /** Takes note that who sends the request has shown that the account is theirs. */
  readonly welcome: (request: FastifyRequest, account: string) => Promise<void>
  /** Logs an error whose cause the client does not learn. */
  readonly report: (error: unknown, request: FastifyRequest, status: number) => void
  /** Logs that an answer held fields that its schema does not name; they were left out. */
  readonly reportExcess: (fields: readonly string[], request: FastifyRequest) => void
}

const gateways = new WeakMap<object, Gateway>()

/** Makes a Fastify instance a gateway. */
export const setGateway = (app: FastifyInstance, gateway: Gateway): void => {
  gateways.set(app.server, gateway)
}

/** The gateway behind an instance, or behind a plugin's own view of it. */
export const gatewayOf = (app: FastifyInstance): Gateway => {
  const gateway = gateways.get(app.server)
  if (gateway === undefined) throw new Error('routes are declared on what createGateway makes')
  return gateway
}
