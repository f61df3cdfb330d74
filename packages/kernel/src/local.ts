import type { Colocated, Contract, Implementation } from './contract.ts'
import { implement } from './implement.ts'
import { callOf, providerOf } from './provider.ts'
import { overTheWire } from './validation.ts'
import { fromWire, parseOutput, toWire } from './wire.ts'

/**
 * The neighbour in the same process. By reference: a call is a function call, and what comes back is
 * not copied (so it may have members that are there but undefined).
 *
 * `strict` sends input, output and errors through JSON and their schemas, as the network would; only
 * the transaction goes by, and the cause of an error, for whoever reads the failing test. Tests use it,
 * so that what works colocated works lifted.
 *
 * @param operations made by `implement`; what is not gets its edge here
 */
export const local = <C extends Contract>(
  contract: C,
  operations: Implementation<C>,
  options: { readonly strict?: boolean } = {},
): Colocated<C> => {
  const implemented = implement(contract, operations)
  return providerOf<C, Colocated<C>>(contract, (name, operation) => {
    const call = callOf(contract, implemented, name)
    if (!options.strict) return call
    return async (context, input) => {
      try {
        return parseOutput(operation, overTheWire(await call(context, overTheWire(input))))
      } catch (error) {
        throw fromWire(operation, toWire(error), { cause: error })
      }
    }
  })
}
