import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDoorkeeper } from './doorkeeper.ts'

test('a key is known from when it was asked for first, for as long as whoever asks thinks it worth while', () => {
  let time = 0
  const doorkeeper = createDoorkeeper(() => time)
  expect(doorkeeper.knows('a', 100)).toBe(false)
  time = 100
  expect(doorkeeper.knows('a', 100)).toBe(true)
  time = 201
  expect(doorkeeper.knows('a', 100)).toBe(false)
  expect(doorkeeper.knows('b', 100)).toBe(false)
})

test('nobody is known who was not there, however many come', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string(), { maxLength: 200 }), keys => {
      const doorkeeper = createDoorkeeper(() => 0, 16)
      expect(keys.filter(key => doorkeeper.knows(key, 1))).toEqual([])
    }),
  )
})
