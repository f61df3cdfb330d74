import { z } from 'zod'
import { declareError } from './error.ts'

/** One thing wrong with an input: an RFC 6901 pointer into the body, or the name of a query or header field. */
export const violation = z.union([
  z.strictObject({ pointer: z.string(), detail: z.string() }),
  z.strictObject({ parameter: z.string(), detail: z.string() }),
])

/** See {@link violation}. */
export type Violation = z.infer<typeof violation>

/** The input does not fit its schema. */
export const ValidationFailed = declareError('validation_failed', {
  kind: 'invalid',
  description: 'The request is not valid.',
  details: z.strictObject({ errors: z.array(violation) }),
})

/** Nobody is signed in, or the credentials are no good. */
export const Unauthenticated = declareError('unauthenticated', {
  kind: 'unauthenticated',
  description: 'A valid access token is needed.',
})

/** The actor lacks the permission. */
export const Forbidden = declareError('forbidden', {
  kind: 'forbidden',
  description: 'You do not have the permission to do this.',
})

/** There is no such thing, or it belongs to somebody else. */
export const NotFound = declareError('not_found', {
  kind: 'not_found',
  description: 'There is nothing here by that name.',
})

/** The thing has changed since the caller read it (RFC 9110, `If-Match`). */
export const PreconditionFailed = declareError('precondition_failed', {
  kind: 'precondition_failed',
  description: 'It has changed since you read it.',
})

/** The cursor is broken or was made for another query. */
export const InvalidCursor = declareError('invalid_cursor', {
  kind: 'invalid',
  description: 'The cursor is broken or was made for another query.',
})

/** Something this needs is away for now; trying again later may help. */
export const Unavailable = declareError('unavailable', {
  kind: 'unavailable',
  description: 'The service is not available right now. Try again in a moment.',
})

/** The caller's deadline has passed. Whether anything happened is not known. */
export const DeadlineExceeded = declareError('deadline_exceeded', {
  kind: 'deadline',
  description: 'It took too long.',
})

/**
 * The two ends of a call are of releases whose contracts do not fit together: a part of the shop was deployed before the
 * one it depends on, or is still to follow. Nothing was done.
 */
export const ContractMismatch = declareError('contract_mismatch', {
  kind: 'unavailable',
  description: 'Two parts of the shop are of releases that do not fit together.',
  details: z.strictObject({
    /** Contract and version that the caller was built with, `catalog/2`. */
    caller: z.string(),
    /** Contract and version that is served. */
    provider: z.string(),
  }),
})

/** A fault of ours. What it was is in the log, never in the answer. */
export const Internal = declareError('internal', {
  kind: 'internal',
  description: 'Something went wrong on our side.',
})

/** What every operation may answer without declaring it. */
export const universalErrors = [
  ValidationFailed,
  Unauthenticated,
  Forbidden,
  PreconditionFailed,
  InvalidCursor,
  Unavailable,
  DeadlineExceeded,
  ContractMismatch,
  Internal,
]
