import type { z } from 'zod'
import { ValidationFailed, type Violation } from './errors.ts'
import { isStorable } from './storable-text.ts'

/**
 * The value as its schema sees it, and as JSON would carry it: a copy, in which what is undefined is
 * absent. Refuses, with `validation_failed`, what does not fit, naming every field that is wrong (the
 * first hundred), and text that no database could keep: NUL, and halves of surrogate pairs.
 */
export const parseInput = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const data = read(schema, value)
  const found = { gaps: false, unstorable: false }
  survey(data, found)
  if (found.unstorable) throw refused(unstorableIn(data, []))
  return found.gaps ? read(schema, overTheWire(data)) : data
}

/** What a value looks like after crossing the wire as JSON. */
export const overTheWire = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value))

/** The violations behind one zod issue: unrecognised keys are named one by one. */
export const violationsOf = (issue: z.core.$ZodIssue): Violation[] => {
  const paths =
    issue.code === 'unrecognized_keys' ? issue.keys.map(key => [...issue.path, key]) : [issue.path]
  const detail = issue.code === 'unrecognized_keys' ? 'There is no such field.' : issue.message
  return paths.map(path => ({ pointer: pointerTo(path), detail }))
}

/** An RFC 6901 JSON pointer. */
export const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map(key => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

const read = <Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> => {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw refused(parsed.error.issues.flatMap(violationsOf))
}

const refused = (violations: readonly Violation[]) => ValidationFailed({ errors: violations.slice(0, 100) })

/** Looks for members that are there but undefined, and for text that cannot be kept. Every call pays for it. */
const survey = (value: unknown, found: { gaps: boolean; unstorable: boolean }): void => {
  if (typeof value === 'string') found.unstorable ||= !isStorable(value)
  else if (Array.isArray(value)) for (const each of value) survey(each, found)
  else if (typeof value === 'object' && value !== null)
    for (const [key, member] of Object.entries(value)) {
      found.gaps ||= member === undefined
      found.unstorable ||= !isStorable(key)
      survey(member, found)
    }
}

/** Where the text is that cannot be kept; a name that cannot is told of at what it is in. */
const unstorableIn = (value: unknown, path: readonly PropertyKey[]): Violation[] => {
  const fault = (what: string): Violation => ({
    pointer: pointerTo(path),
    detail: `${what} holds characters that cannot be kept.`,
  })
  if (typeof value === 'string') return isStorable(value) ? [] : [fault('This text')]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, member]) =>
    isStorable(key) ? unstorableIn(member, [...path, key]) : [fault('A name in this')],
  )
}
