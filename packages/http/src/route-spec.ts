import type { CallContext, DeclaredError, Operation } from '@plinth/kernel'
import type { z } from 'zod'

/**
 * Which budget a request counts in, where it is not the general one. `credentials`: `email` in the body names
 * the account; where one has to be signed in, it is theirs. `none`: for machines that watch the shop; nobody is even authenticated.
 */
export type RouteLimit = 'credentials' | 'none'

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
  /** Its fields read text: see `queryInt`, `queryBoolean`. What it does not name is a 400. */
  readonly query?: Query
  /** Without one, the request takes no body but an empty one or `{}`. */
  readonly body?: Body
  /**
   * Answers in health by status; null where there is no body. Only what the schema names is sent, so that no
   * answer says more than the API reference does.
   */
  readonly responses: Readonly<Record<number, z.ZodType | null>>
  /** Errors beside those of the operation. */
  readonly errors?: readonly DeclaredError[]
  /**
   * Whether an Idempotency-Key is asked for, or accepted. `by-operation`: accepted, and only handed on in the
   * context; for answers that may be kept nowhere.
   */
  readonly idempotency?: 'required' | 'accepted' | 'by-operation'
  /**
   * A 202 says that the outcome is not known yet: its repeat runs again and tells how things stand. Without
   * this a repeat gets the first answer, as with any other status.
   */
  readonly settles?: true
  /** A single resource: carries an ETag, and takes If-None-Match or If-Match. */
  readonly etag?: true
  readonly limit?: RouteLimit
  /** Whoever succeeds has shown that the account is theirs which `email` in the body names: a sign-in. */
  readonly provesAccount?: true
  /** The body is taken as it comes, as text, for a signature over its bytes. */
  readonly rawBody?: true
  readonly handle: (call: RouteCall<z.output<Params>, z.output<Query>, z.output<Body>>) => Promise<Answer>
}

/** A route as data, of any shape. */
export type RouteDeclaration = Pick<RouteSpec, Exclude<keyof RouteSpec, 'handle'>>

/** A request that has passed all checks. */
export interface RouteCall<Params, Query, Body> {
  readonly context: CallContext
  readonly params: Params
  readonly query: Query
  readonly body: Body
  /** Lower-case names, each once. */
  readonly headers: Readonly<Record<string, string>>
  /** For the operation that writes; see `assertMatch` of the kernel. */
  readonly ifMatch: { readonly ifMatch?: string }
}

/** An answer in health. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}
