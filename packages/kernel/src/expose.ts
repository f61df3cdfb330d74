import type { Actor } from './actor.ts'
import { contextFrom, type RequestHeaders, single } from './context-headers.ts'
import { type Contract, type Implementation, versionOf } from './contract.ts'
import { assertSameContract, contractHeader, mismatch } from './contract-header.ts'
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

/** A contract that other processes can reach. */
export interface ExposedContract {
  readonly name: string
  /** See `version` of a contract. */
  readonly version: number
  readonly operations: readonly ExposedOperation[]
  /** Answers a call of something else: of an operation that only a newer release has. */
  readonly otherwise: ExposedOperation['handle']
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
 * actor is whoever the token says; permissions are checked by the operations themselves. A caller that was built with
 * another version of the contract is told so, and nothing is done.
 *
 * @param operations made by `implement`; what is not gets its edge here
 */
export const expose = <C extends Contract>(
  contract: C,
  operations: Implementation<C>,
  { verifyActor, onError }: ExposeOptions,
): ExposedContract => {
  const implemented = implement(contract, operations)
  const answering =
    (path: string, answer: (actor: Actor, request: ExposedRequest) => Promise<RemoteReply>) =>
    async (request: ExposedRequest): Promise<RemoteReply> => {
      try {
        const actor = await actorFrom(request.headers, verifyActor)
        assertSameContract(contract, request.headers)
        return await answer(actor, request)
      } catch (error) {
        onError?.(error, path)
        const refusal = toWire(error)
        return { status: statusOf[refusal.kind], body: JSON.stringify(refusal) }
      }
    }
  const { name, operations: declared } = contract
  return {
    name,
    version: versionOf(contract),
    operations: Object.entries(declared).map(([each, { input }]) => {
      const path = pathOf(contract, each)
      const call = callOf(contract, implemented, each)
      const nothing = input.safeParse(null).success ? null : undefined
      const handle = answering(path, async (actor, { headers, body }) => {
        const output = await call(contextFrom(actor, headers), body ?? nothing)
        return output === undefined
          ? { status: 204, body: '' }
          : { status: 200, body: JSON.stringify(output) }
      })
      return { path, handle }
    }),
    otherwise: answering(pathOf(contract, '*'), async (_, { headers }) => {
      throw mismatch(
        contract,
        single(headers[contractHeader]) ?? 'nobody knows what',
        ': there is no such operation',
      )
    }),
  }
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
