import { withoutTx } from './context.ts'
import type { Client, Colocated, Contract } from './contract.ts'
import { callOf, providerOf } from './provider.ts'

/**
 * Lets a remote neighbour stand where a colocated one was asked for, and says in one visible place that
 * atomicity ends there: the call commits by itself, and the caller's rollback does not undo it. That is
 * why every operation that joins is idempotent and undone by a named operation or by expiry.
 */
export const detached = <C extends Contract>(contract: C, client: Client<C>): Colocated<C> => {
  const provider = providerOf<C, Colocated<C>>(contract, name => {
    const call = callOf(contract, client, name)
    return (context, input) => call(withoutTx(context), input)
  })
  known.add(provider)
  return provider
}

/** Whether a neighbour is one that `detached` made: what it does for a caller outlives the caller's rollback. */
export const isDetached = (provider: object): boolean => known.has(provider)

const known = new WeakSet<object>()
