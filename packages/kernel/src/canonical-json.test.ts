import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical-json.ts'

const value = fc.letrec(tie => ({
  any: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.constant(undefined),
    fc.date({ noInvalidDate: true }),
    fc.array(tie('any')),
    fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('any')),
  ),
})).any

/** The same, its keys the other way round. */
const reversed = (each: unknown): unknown => {
  if (Array.isArray(each)) return each.map(reversed)
  if (typeof each !== 'object' || each === null || each instanceof Date) return each
  return Object.fromEntries(
    Object.entries(each)
      .reverse()
      .map(([name, inner]) => [name, reversed(inner)]),
  )
}

test('canonical JSON says what the JSON of a value says, in whatever order its keys are', () => {
  fc.assert(
    fc.property(value, given => {
      const canonical = canonicalJson(given)
      expect(canonicalJson(reversed(given))).toBe(canonical)
      const text = JSON.stringify(given)
      if (text === undefined) expect(canonical).toBe('')
      else expect(JSON.parse(canonical)).toStrictEqual(JSON.parse(text))
    }),
  )
})

test('its keys are in order', () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: new Date(0) })).toBe(
    '{"a":"1970-01-01T00:00:00.000Z","b":[{"d":1}]}',
  )
})
