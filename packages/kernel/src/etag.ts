import { z } from 'zod'
import { digestOf } from './canonical-json.ts'
import { PreconditionFailed } from './errors.ts'

/** The strong entity tag of a representation (RFC 9110, section 8.8.3): a hash of its JSON, whatever the order of its keys. */
export const etagOf = (representation: unknown): string => `"${digestOf(representation, 22)}"`

/** The `If-Match` of a request, handed on to the operation that writes: entity tags, or `*`. */
export const ifMatch = z
  .string()
  .max(1000)
  .meta({ description: 'Entity tags that the present representation must match' })

/**
 * Throws `precondition_failed` unless the present representation has one of the tags, by strong
 * comparison (RFC 9110, section 13.1.1); no condition, nothing to fail.
 */
export const assertMatch = (condition: string | undefined, present: unknown): void => {
  if (condition === undefined || condition.trim() === '*') return
  const tag = etagOf(present)
  if (!condition.split(',').some(each => each.trim() === tag)) throw PreconditionFailed()
}
