import type { Actor } from './actor.ts'
import { contextFrom, type RequestHeaders, single } from './context-headers.ts'
import type { Contract, Implementation } from './contract.ts'
import { ContractError, statusOf } from './error.ts'
import { Unauthenticated } from './errors.ts'
import { implement } from './implement.ts'
import { callOf } from './provider.ts'
import { pathOf, type RemoteReply } from './remote.ts'
import { toWire } from './wire.ts'

/** A request from another process: header names in lower case, the body already parsed from JSON. */
export interface ExposedRequest {
  readonly headers: RequestHeaders
  readonly body: unknown
}

/** One operation that other processes can reach. */
export interface ExposedOperation {
  /** Reached by POST. */
  readonly path: string
  /** Never rejects: a refusal is an answer, too. */
  readonly handle: (request: ExposedRequest) => Promise<RemoteReply>
}

/** What {@link expose} needs. */
export interface ExposeOptions {
  /**
   * Reads the actor from the token; rejects when the token is no good. A token of the shop's own parts,
   * never the access token of a user: who holds one may call what is `internal`.
   */
  readonly verifyActor: (token: string) => Promise<Actor>
  /** Told of every error that became an answer, with its cause, for the log. */
  readonly onError?: (error: unknown, path: string) => void
}

/**
 * The far side of `remote`, for any HTTP server: a path and a handler for each operation. The
 * actor is whoever the token says; permissions are checked by the operations themselves.
 *
 * @param operations made by `implement`; what is not gets its edge here
 */
export const expose = <C extends Contract>(
  contract: C,
  operations: Implementation<C>,
  { verifyActor, onError }: ExposeOptions,
): ExposedOperation[] => {
  const implemented = implement(contract, operations)
  return Object.entries(contract.operations).map(([name, { input }]) => {
    const path = pathOf(contract, name)
    const call = callOf(contract, implemented, name)
    const nothing = input.safeParse(null).success ? null : undefined
    const handle = async ({ headers, body }: ExposedRequest): Promise<RemoteReply> => {
      try {
        const actor = await actorFrom(headers, verifyActor)
        const output = await call(contextFrom(actor, headers), body ?? nothing)
        return output === undefined
          ? { status: 204, body: '' }
          : { status: 200, body: JSON.stringify(output) }
      } catch (error) {
        onError?.(error, path)
        const refusal = toWire(error)
        return { status: statusOf[refusal.kind], body: JSON.stringify(refusal) }
      }
    }
    return { path, handle }
  })
}

const actorFrom = async (
  headers: RequestHeaders,
  verifyActor: ExposeOptions['verifyActor'],
): Promise<Actor> => {
  const token = /^Bearer +(\S+)$/i.exec(single(headers.authorization) ?? '')?.[1]
  if (token === undefined) throw Unauthenticated()
  try {
    return await verifyActor(token)
  } catch (error) {
    throw error instanceof ContractError ? error : Unauthenticated(undefined, { cause: error })
  }
}
