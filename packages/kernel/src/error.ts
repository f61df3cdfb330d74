import { z } from 'zod'
import type { Plain } from './operation.ts'

/** What kind of refusal it is. The set is closed: transports map each kind to a status, once. */
export const errorKinds = [
  'invalid',
  'unauthenticated',
  'payment_required',
  'forbidden',
  'not_found',
  'conflict',
  'precondition_failed',
  'unprocessable',
  'exhausted',
  'internal',
  'unavailable',
  'deadline',
] as const

/** See {@link errorKinds}. */
export type ErrorKind = (typeof errorKinds)[number]

/** The HTTP status of each kind, for the public API and for calls between services alike. */
export const statusOf: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  payment_required: 402,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  unprocessable: 422,
  exhausted: 429,
  internal: 500,
  unavailable: 503,
  deadline: 503,
}

/**
 * A refusal that a contract declares, or one of the few that every operation may give. Its code, kind,
 * message and details reach the client; its cause and stack are for the log. Made by a declared error,
 * not by hand.
 */
export class ContractError<Code extends string = string, Details = unknown> extends Error {
  override readonly name = 'ContractError'
  /** Stable, snake_case: what callers branch on. */
  readonly code: Code
  readonly kind: ErrorKind
  /** Shaped by the schema of the declaration; becomes members of the problem document. */
  readonly details: Details

  constructor(code: Code, kind: ErrorKind, message: string, details: Details, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.kind = kind
    this.details = details
  }
}

/** A declared error: call it to make one, `is` to recognise one. */
export interface DeclaredError<Code extends string = string, Details extends z.ZodType = z.ZodType> {
  readonly code: Code
  readonly kind: ErrorKind
  /** One sentence for people; the default message. */
  readonly description: string
  readonly details: Details
  /** Whether an error is this one, wherever it was thrown: here, behind a strict or a remote provider. */
  is(error: unknown): error is ContractError<Code, z.output<Details>>
}

/** The declaration together with its constructor; details are asked for exactly when there are some. */
export type ErrorDeclaration<Code extends string, Details extends z.ZodType> = DeclaredError<Code, Details> &
  (z.input<Details> extends undefined
    ? (message?: string, options?: ErrorOptions) => ContractError<Code, undefined>
    : (
        details: z.input<Details>,
        message?: string,
        options?: ErrorOptions,
      ) => ContractError<Code, z.input<Details>>)

/**
 * Declares a refusal without details.
 *
 * ```ts
 * const CartEmpty = declareError('cart_empty', { kind: 'conflict', description: 'The cart has no lines.' })
 * throw CartEmpty()
 * ```
 */
export function declareError<const Code extends string>(
  code: Code,
  spec: { readonly kind: ErrorKind; readonly description: string },
): ErrorDeclaration<Code, z.ZodUndefined>
/** Declares a refusal with details: `throw InsufficientStock({ lines })`. */
export function declareError<const Code extends string, Details extends z.ZodObject>(
  code: Code,
  spec: {
    readonly kind: ErrorKind
    readonly description: string
    readonly details: Details & Plain<NoInfer<Details>>
  },
): ErrorDeclaration<Code, Details>
export function declareError(
  code: string,
  spec: { readonly kind: ErrorKind; readonly description: string; readonly details?: z.ZodObject },
) {
  if (!/^[a-z][a-z0-9_]*$/.test(code)) throw new TypeError(`"${code}" is no code for an error`)
  const taken = problemMembers.find(member => Object.hasOwn(spec.details?.shape ?? {}, member))
  if (taken) throw new TypeError(`the error ${code} cannot have a detail called ${taken}`)
  const { kind, description } = spec
  const traits = {
    code,
    kind,
    description,
    details: spec.details ?? z.undefined(),
    is: (error: unknown) => error instanceof ContractError && error.code === code,
  }
  return spec.details === undefined
    ? Object.assign(
        (message?: string, options?: ErrorOptions) =>
          new ContractError(code, kind, message ?? description, undefined, options),
        traits,
      )
    : Object.assign(
        (details: unknown, message?: string, options?: ErrorOptions) =>
          new ContractError(code, kind, message ?? description, details, options),
        traits,
      )
}

/** What every problem document has already (RFC 9457, section 3.1, and ours): details would take their place. */
const problemMembers = ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId']
