import type { Colocated, Contract, Implementation } from './contract.ts'
import { implement } from './implement.ts'
import { local } from './local.ts'
import { callOf, providerOf } from './provider.ts'

/**
 * A neighbour for tests: the operations given behave as told, by the strict rules of the contract; any
 * other says by its name that the test did not expect it.
 */
export const fake = <C extends Contract>(
  contract: C,
  partial: Partial<Implementation<C>> = {},
): Colocated<C> => {
  const complete = providerOf<C, Implementation<C>>(contract, name =>
    Object.hasOwn(partial, name)
      ? callOf(contract, partial, name)
      : () => Promise.reject(new Error(`${contract.name}.${name} was called, but the fake does not have it`)),
  )
  return local(contract, implement(contract, complete), { strict: true })
}
