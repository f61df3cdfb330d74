import { createHash } from 'node:crypto'
import { z } from 'zod'
import { PreconditionFailed } from './errors.ts'

/** The strong entity tag of a representation (RFC 9110, section 8.8.3): a hash of its JSON, whatever the order of its keys. */
export const etagOf = (representation: unknown): string =>
  `"${createHash('sha256')
    .update(JSON.stringify(sorted(representation)))
    .digest('base64url')
    .slice(0, 22)}"`

/** The `If-Match` of a request, handed on to the operation that writes: entity tags, or `*`. */
export const ifMatch = z
  .string()
  .max(1000)
  .meta({ description: 'Entity tags that the present representation must match' })

/** Throws `precondition_failed` unless the present representation has one of the tags; no tags, no condition. */
export const assertMatch = (condition: string | undefined, present: unknown): void => {
  if (condition === undefined || condition.trim() === '*') return
  const tag = etagOf(present)
  if (!condition.split(',').some(each => each.trim() === tag)) throw PreconditionFailed()
}

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  )
}
