import fc from 'fast-check'
import { expect, test } from 'vitest'
import { storable, storableText } from './storable.ts'

/** All strings in a value, keys too. */
const stringsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...stringsIn(inner)])
}

const keepable = (text: string) => !text.includes('\0') && text.isWellFormed()

test('JSON that PostgreSQL can keep stays JSON', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary', maxDepth: 2 }), text => {
      const event: unknown = JSON.parse(text)
      if (stringsIn(event).every(keepable)) expect(storable(text)).toEqual(event)
    }),
    { examples: [['{"windows":"C:\\\\u0000"}']] },
  )
})

test('whatever the text, what is kept holds no NUL and no half of a surrogate pair', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json({ stringUnit: 'binary', maxDepth: 2 }),
    fc.constantFrom('"\\u0000"', '{"\\ud800":1}', 'no\0json', '\ud800', '"\\\\\\u0000"'),
  )
  fc.assert(
    fc.property(anything, text => {
      expect(stringsIn(storable(text)).every(keepable)).toBe(true)
      expect(keepable(storableText(text))).toBe(true)
    }),
  )
})

test('JSON too deep to be written again stays text', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  expect(storable(deep)).toBe(deep)
})
