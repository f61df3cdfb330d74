import type { Client, Colocated, Contract, OperationsOf } from './contract.ts'

/** What a domain asks of one neighbour: some operations of its contract, and how they have to be provided. */
export interface Need<
  C extends Contract = Contract,
  K extends string = string,
  As extends 'client' | 'colocated' = 'client' | 'colocated',
> {
  readonly contract: C
  readonly operations: readonly K[]
  /** `colocated` where a call must join the caller's transaction; a provider elsewhere fits `client` alone. */
  readonly as: As
}

/** The operations of a neighbour that are called from wherever it is. */
export const client = <C extends Contract, K extends keyof OperationsOf<C> & string>(
  contract: C,
  ...operations: readonly K[]
): Need<C, K, 'client'> => ({ contract, operations, as: 'client' })

/** The operations of a neighbour of which some join the caller's transaction: those that its contract says do. */
export const colocated = <C extends Contract, K extends keyof OperationsOf<C> & string>(
  contract: C,
  ...operations: readonly K[]
): Need<C, K, 'colocated'> => ({ contract, operations, as: 'colocated' })

/**
 * What a domain is given, derived from what it asks for; so the types and whoever draws a map of the shop read the
 * same lines.
 *
 * ```ts
 * export const cartNeeds = { catalog: client(catalogContract, 'getOffers') }
 * export type CartNeighbours = NeighboursOf<typeof cartNeeds>
 * ```
 */
export type NeighboursOf<Needs extends Readonly<Record<string, Need>>> = {
  readonly [N in keyof Needs]: Needs[N] extends Need<infer C, infer K, infer As>
    ? As extends 'colocated'
      ? Colocated<C, K>
      : Client<C, K>
    : never
}
