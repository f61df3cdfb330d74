import type { TxContext } from './context.ts'
import type { Contract } from './contract.ts'
import type { Operation } from './operation.ts'

/** One operation seen without its types: what every kind of provider is made of. */
export type Call = (context: TxContext, input: unknown) => Promise<unknown>

/**
 * Makes a provider out of one function an operation. This is the one place where the mapped types of a
 * contract meet code that does not know them; what it makes has every operation, by construction.
 */
export const providerOf = <C extends Contract, Provider>(
  contract: C,
  callFor: (name: string, operation: Operation) => Call,
): Provider => {
  const provider = Object.fromEntries(
    Object.entries(contract.operations).map(([name, operation]) => [name, callFor(name, operation)]),
  )
  const complete = (candidate: object): candidate is Provider & object =>
    Object.keys(contract.operations).every(name => Object.hasOwn(candidate, name))
  if (!complete(provider)) throw new Error(`the provider of ${contract.name} is not complete`)
  return provider
}

/** The function behind an operation's name. */
export const callOf = (contract: Contract, provider: object, name: string): Call => {
  const call: unknown = Reflect.get(provider, name)
  if (typeof call !== 'function') throw new Error(`${contract.name}.${name} is not provided`)
  return (context, input) => Reflect.apply(call, provider, [context, input])
}
