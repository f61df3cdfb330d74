import type { Colocated, Contract, Implementation } from './contract.ts'
import { callOf, providerOf } from './provider.ts'
import { fromWire, overTheWire, parseInput, toWire } from './wire.ts'

/**
 * The neighbour in the same process. By reference: a call is a function call, nothing is copied.
 *
 * `strict` sends input, output and errors through JSON and their schemas, as the network would; only
 * the transaction goes by. Tests use it, so that what works colocated works lifted.
 *
 * @param operations made by `implement`
 */
export const local = <C extends Contract>(
  contract: C,
  operations: Implementation<C>,
  options: { readonly strict?: boolean } = {},
): Colocated<C> =>
  providerOf<C, Colocated<C>>(contract, (name, operation) => {
    const call = callOf(contract, operations, name)
    if (!options.strict) return call
    return async (context, input) => {
      const parsed = parseInput(operation.input, overTheWire(input))
      try {
        return operation.output.parse(overTheWire(await call(context, parsed)))
      } catch (error) {
        throw Object.assign(fromWire(toWire(error)), { cause: error })
      }
    }
  })
