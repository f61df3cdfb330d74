import { holds } from './actor.ts'
import type { TxContext } from './context.ts'
import type { Contract, Implementation } from './contract.ts'
import { ContractError } from './error.ts'
import { Forbidden, Internal, Unauthenticated, universalErrors } from './errors.ts'
import type { Access, Operation } from './operation.ts'
import { callOf, providerOf } from './provider.ts'

/**
 * The provider's edge, and the one way to make operations callable: it checks the actor's permission,
 * and lets through only the errors that the operation declares. Everything else becomes `internal` with
 * the original as its `cause`, for the log of whoever answers the client.
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
    return async (context, input) => {
      admit(context, operation.access)
      try {
        return await call(context, input)
      } catch (error) {
        throw atTheEdge(operation, error)
      }
    }
  })

/** Throws unless the actor may call an operation with this access. */
export const admit = ({ actor }: TxContext, access: Access): void => {
  if (typeof access === 'string' || access.some(permission => holds(actor, permission))) return
  throw actor.kind === 'anonymous' ? Unauthenticated() : Forbidden()
}

/** The error that may leave an operation: a declared or universal one as it is, anything else as `internal`. */
export const atTheEdge = (operation: Operation, error: unknown): ContractError => {
  if (error instanceof ContractError) {
    const { code } = error
    if (operation.errors.some(each => each.code === code) || universalErrors.some(each => each.code === code))
      return error
  }
  return Internal(undefined, { cause: error })
}
