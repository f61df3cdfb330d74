import { holds } from './actor.ts'
import type { TxContext } from './context.ts'
import type { Contract, Implementation } from './contract.ts'
import { isCutShort, refuseLate } from './deadline.ts'
import { ContractError } from './error.ts'
import { DeadlineExceeded, Forbidden, Internal, Unauthenticated } from './errors.ts'
import type { Access, Operation } from './operation.ts'
import { type Call, callOf, providerOf } from './provider.ts'
import { parseInput } from './validation.ts'
import { declarationOf } from './wire.ts'

/**
 * The provider's edge, and the one way to make operations callable. For each call it
 *
 * 1. refuses what comes after the deadline (`deadline_exceeded`),
 * 2. checks the actor's permission (`unauthenticated`, `forbidden`),
 * 3. parses the input (`validation_failed`), so that handlers get what the schema says, as a copy,
 * 4. lets through only the errors that the operation declares. Everything else becomes `internal` with
 *    the original as its `cause`, for the log of whoever answers the client.
 *
 * What has an edge already is left as it is, so every provider can put one where it is missing.
 *
 * ```ts
 * const operations = implement(catalogContract, { getProduct: getProduct(deps), ... })
 * ```
 */
export const implement = <C extends Contract>(
  contract: C,
  implementation: Implementation<C>,
): Implementation<C> =>
  providerOf<C, Implementation<C>>(contract, (name, operation) => {
    const call = callOf(contract, implementation, name)
    const known = edged.get(Reflect.get(implementation, name))
    if (known?.operation === operation) return known.call
    const guarded: Call = async (context, input) => {
      try {
        refuseLate(context)
        admit(context, operation.access)
        return await call(context, parseInput(operation.input, input))
      } catch (error) {
        throw atTheEdge(operation, isCutShort(context, error) ? late(error) : error)
      }
    }
    edged.set(guarded, { operation, call: guarded })
    return guarded
  })

/**
 * Throws unless the actor may call an operation with this access: `unauthenticated` for nobody in
 * particular, `forbidden` for somebody. Who may reach what is `internal` is decided by the road: the
 * public gateway has no route to it, and `expose` answers the shop's own parts alone.
 */
export const admit = ({ actor }: TxContext, access: Access): void => {
  if (typeof access === 'string' || access.some(permission => holds(actor, permission))) return
  throw actor.kind === 'anonymous' ? Unauthenticated() : Forbidden()
}

/** The error that may leave an operation: a declared or universal one as it is, anything else as `internal`. */
export const atTheEdge = (operation: Operation, error: unknown): ContractError => {
  if (error instanceof ContractError) {
    const declared = declarationOf(operation, error.code)
    if (declared?.kind === error.kind && declared.details.safeParse(error.details).success && !leaks(error))
      return error
  }
  return Internal(undefined, { cause: error })
}

/** An `internal` with words of its own: they are for the log, not for the client. */
const leaks = (error: ContractError) => Internal.is(error) && error.message !== Internal.description

const late = (cause: unknown) => DeadlineExceeded(undefined, { cause })

/** The calls that have an edge, and the operation that it is the edge of. */
const edged = new WeakMap<object, { readonly operation: Operation; readonly call: Call }>()
