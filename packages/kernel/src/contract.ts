import type { z } from 'zod'
import type { CallContext, TxContext } from './context.ts'
import type { EventDeclaration } from './event.ts'
import type { Operation, TxMode } from './operation.ts'
import type { Permission } from './permission.ts'

/** All that the world may know of a domain. */
export interface Contract {
  /** The domain's name: prefix of its events and permissions, its PostgreSQL schema, its RPC path. */
  readonly name: string
  /**
   * Grows with every change that callers of an older release cannot live with; 1 unless given. The two ends of a call
   * over the network must be of one version.
   */
  readonly version?: number
  readonly operations: Readonly<Record<string, Operation>>
  readonly events: Readonly<Record<string, EventDeclaration>>
  readonly permissions: Readonly<Record<string, Permission>>
}

/** See {@link Contract.version}. */
export const versionOf = ({ version = 1 }: Pick<Contract, 'version'>): number => version

/** The operations of a contract by name. */
export type OperationsOf<C extends Contract> = C['operations']

/** What a caller passes to an operation. */
export type InputOf<C extends Contract, K extends keyof OperationsOf<C>> = z.input<
  OperationsOf<C>[K]['input']
>

/** What a caller gets from an operation. */
export type OutputOf<C extends Contract, K extends keyof OperationsOf<C>> = z.output<
  OperationsOf<C>[K]['output']
>

type ContextFor<Mode extends TxMode> = Mode extends 'joins' ? TxContext : CallContext

/**
 * What a caller depends on by default: a local provider fits it, and a remote one does. Naming the
 * operations (`Client<Catalog, 'getVariants'>`) says what the caller needs and no more.
 */
export type Client<C extends Contract, K extends keyof OperationsOf<C> = keyof OperationsOf<C>> = {
  readonly [P in K]: (context: CallContext, input: InputOf<C, P>) => Promise<OutputOf<C, P>>
}

/**
 * What a caller names whose call must join its transaction. Only a local provider fits it, so making a
 * neighbour remote is a compile error exactly where atomicity would be lost.
 */
export type Colocated<C extends Contract, K extends keyof OperationsOf<C> = keyof OperationsOf<C>> = {
  readonly [P in K]: (
    context: ContextFor<OperationsOf<C>[P]['tx']>,
    input: InputOf<C, P>,
  ) => Promise<OutputOf<C, P>>
}

/** What a domain implements. */
export type Implementation<C extends Contract> = {
  readonly [P in keyof OperationsOf<C>]: (
    context: ContextFor<OperationsOf<C>[P]['tx']>,
    input: z.output<OperationsOf<C>[P]['input']>,
  ) => Promise<z.input<OperationsOf<C>[P]['output']>>
}
