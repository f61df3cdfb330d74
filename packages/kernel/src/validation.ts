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
  const { violations, gaps } = inspect(data)
  if (violations.length > 0) throw refused(violations)
  return gaps ? read(schema, overTheWire(data)) : data
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

/** Looks at every text in a value, and for members that are there but undefined. */
const inspect = (value: unknown) => {
  const violations: Violation[] = []
  let gaps = false
  const visit = (each: unknown, path: readonly PropertyKey[]): void => {
    if (typeof each === 'string' && !isStorable(each))
      violations.push({ pointer: pointerTo(path), detail: 'This text holds characters that cannot be kept.' })
    if (typeof each !== 'object' || each === null) return
    for (const [key, member] of Object.entries(each)) {
      gaps ||= member === undefined
      if (!isStorable(key))
        violations.push({
          pointer: pointerTo(path),
          detail: 'A name here holds characters that cannot be kept.',
        })
      visit(member, [...path, key])
    }
  }
  visit(value, [])
  return { violations, gaps }
}
