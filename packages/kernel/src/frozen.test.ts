import { expect, test } from 'vitest'
import { freeze, isFrozen } from './frozen.ts'

test('what was frozen cannot be changed, at any depth, and is known to be so', () => {
  const value = freeze({ list: [{ name: 'shelf' }], none: null })
  expect(isFrozen(value)).toBe(true)
  expect(() => Object.assign(value, { more: 1 })).toThrow(TypeError)
  expect(() => Object.assign(value.list[0] ?? {}, { name: 'other' })).toThrow(TypeError)
  expect(() => value.list.push({ name: 'other' })).toThrow(TypeError)
})

test('a value that somebody else has frozen on its surface is not taken for one', () => {
  expect(isFrozen(Object.freeze({ list: [] }))).toBe(false)
  expect(isFrozen('text')).toBe(false)
})
