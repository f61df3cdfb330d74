import { z } from 'zod'
import { ContractError, type DeclaredError, errorKinds } from './error.ts'
import { Internal, universalErrors } from './errors.ts'
import type { Operation } from './operation.ts'
import { parseKnown } from './parse-known.ts'

/** A refusal as it crosses the network. */
export const wireError = z.object({
  code: z.string(),
  kind: z.enum(errorKinds),
  message: z.string(),
  details: z.unknown().optional(),
})

/** See {@link wireError}. */
export type WireError = z.infer<typeof wireError>

/** The wire form of an error; the cause, the stack and all that is internal stay behind. */
export const toWire = (error: unknown): WireError => {
  const refusal = error instanceof ContractError && !Internal.is(error) ? error : Internal()
  const { code, kind, message, details } = refusal
  return details === undefined ? { code, kind, message } : { code, kind, message, details }
}

/**
 * The error that a wire form stands for, by the operation's own declaration: `is` recognises it, and its
 * details have the declared shape. What the operation cannot have meant is `internal`.
 */
export const fromWire = (operation: Operation, wire: WireError, options?: ErrorOptions): ContractError => {
  const declared = declarationOf(operation, wire.code)
  const details = declared && parseKnown(declared.details, wire.details)
  return declared !== undefined && details?.success
    ? new ContractError(declared.code, declared.kind, wire.message, details.data, options)
    : Internal(undefined, { cause: new Error(`undeclared refusal ${wire.code}`), ...options })
}

/** The declaration of an error that may leave an operation: its own, or one of the universal ones. */
export const declarationOf = (operation: Operation, code: string): DeclaredError | undefined =>
  [...operation.errors, ...universalErrors].find(each => each.code === code)

/** What came from another process, if it is what the operation promises; what a newer release tells besides is left out. */
export const readOutput = <Output extends z.ZodType>(
  { output }: { readonly output: Output },
  value: unknown,
): z.output<Output> => given(parseKnown(output, value))

/** What came back, if it is what the operation promises; else `internal`, for it is no fault of the caller. */
export const parseOutput = <Output extends z.ZodType>(
  { output }: { readonly output: Output },
  value: unknown,
): z.output<Output> => given(output.safeParse(value))

const given = <Output>(parsed: z.ZodSafeParseResult<Output>): Output => {
  if (parsed.success) return parsed.data
  throw Internal(undefined, { cause: parsed.error })
}
