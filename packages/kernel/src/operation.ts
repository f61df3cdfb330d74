import type { z } from 'zod'
import type { DeclaredError } from './error.ts'
import type { Permission } from './permission.ts'

/** Whether an operation can join its caller's transaction. */
export type TxMode = 'joins' | 'never'

/**
 * Who may call: anyone; the shop's own parts alone; or who holds at least one of these permissions.
 * With an `own` and an `any` permission, the callee tells whose thing it is.
 */
export type Access = 'public' | 'internal' | readonly [Permission, ...Permission[]]

/** An operation is data: what goes in, what comes out, how it may refuse, and what a caller may count on. */
export interface Operation<
  Input extends z.ZodType = z.ZodType,
  Output extends z.ZodType = z.ZodType,
  Mode extends TxMode = TxMode,
> {
  /** One sentence; becomes the summary in the API reference. */
  readonly summary: string
  readonly input: Input
  readonly output: Output
  readonly errors: readonly DeclaredError[]
  readonly tx: Mode
  /** The same input (or idempotency key) twice has one effect: a remote caller may try again. */
  readonly idempotent: boolean
  /** The operation that takes it back, for one that joins and may be left half-way when detached. */
  readonly undoneBy?: string
  /** How what it did ends by itself when nobody comes back to it, as a phrase: `the hold runs out`. */
  readonly expires?: string
  readonly access: Access
}

/**
 * A schema that says the same on both sides: nothing is filled in, coerced or transformed, so that a
 * call by reference and a call over the wire mean the same. Anything else does not compile; what types
 * cannot see (a `.trim()`, say) is refused by `defineContract`.
 */
export type Plain<Schema extends z.ZodType> = [z.input<Schema>, z.output<Schema>] extends [
  z.output<Schema>,
  z.input<Schema>,
]
  ? unknown
  : { readonly 'a contract schema must not transform or fill in': never }

/** What `operation` is told; what is left out is the careful choice. */
interface Specification<Input extends z.ZodType, Output extends z.ZodType> {
  readonly summary: string
  readonly input: Input & Plain<NoInfer<Input>>
  readonly output: Output & Plain<NoInfer<Output>>
  readonly errors?: readonly DeclaredError[]
  readonly idempotent?: boolean
  readonly access: Access
}

/** Declares an operation that joins its caller's transaction, and how it is undone when it cannot. */
export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  spec: Specification<Input, Output> & {
    readonly tx: 'joins'
    readonly undoneBy?: string
    readonly expires?: string
  },
): Operation<Input, Output, 'joins'>
/** Declares an operation. It joins no transaction and is not idempotent unless told so. */
export function operation<Input extends z.ZodType, Output extends z.ZodType>(
  spec: Specification<Input, Output>,
): Operation<Input, Output, 'never'>
export function operation(
  spec: Omit<Operation, 'errors' | 'idempotent' | 'tx'> & Partial<Operation>,
): Operation {
  return { errors: [], idempotent: false, tx: 'never', ...spec }
}
