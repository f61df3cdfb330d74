import type { Actor } from './actor.ts'
import { anonymous } from './actor.ts'

/**
 * What goes with every call: first parameter, explicit, always. All of it can cross the network.
 */
export interface CallContext {
  readonly actor: Actor
  /** W3C Trace Context `traceparent` of the caller's span. */
  readonly traceparent?: string
  /** The request that started it all, for the logs. */
  readonly requestId?: string
  /** The IP address that the request came from, where one is known: for limits and the audit. */
  readonly address?: string
  /** Epoch milliseconds by which the caller stops waiting. */
  readonly deadline?: number
  readonly signal?: AbortSignal
  /** The caller's own key for "this attempt": the same key means the same effect, once. */
  readonly idempotencyKey?: string
  /** A transaction cannot go where this context goes; see {@link TxContext}. */
  readonly tx?: never
}

/**
 * Opaque handle of an open database transaction. Only the package that opened it can look inside;
 * everybody else passes it on. It never crosses the network.
 */
export abstract class Tx {
  /** Keeps other objects from being mistaken for a transaction. */
  protected abstract readonly opened: true
}

/** What only a caller in the same process may pass: a context that may carry a transaction to join. */
export type TxContext = Omit<CallContext, 'tx'> & { readonly tx?: Tx }

/** A context within an open transaction. */
export type InTx = Omit<CallContext, 'tx'> & { readonly tx: Tx }

/** A context for the given actor with nothing else set. */
export const contextOf = (actor: Actor = anonymous): CallContext => ({ actor })

/** The same context without its transaction: for calls that must not join it. */
export const withoutTx = ({ tx: _, ...context }: TxContext): CallContext => context

/** The same context for another actor; the transaction, where there is one, stays. */
export const actingAs = <Context extends TxContext>(context: Context, actor: Actor): Context => ({
  ...context,
  actor,
})

/** Milliseconds left until the deadline, at least 0; undefined where there is none. */
export const remaining = (context: Pick<TxContext, 'deadline'>, now = Date.now()): number | undefined =>
  context.deadline === undefined ? undefined : Math.max(0, context.deadline - now)
