import { expect, test } from 'vitest'
import { createDoorkeeper } from './doorkeeper.ts'

const crowd = Array.from({ length: 100 }, (_, n) => `somebody ${n}`)

test('everybody is let in where few come, and in a crowd whoever was there a short while ago', () => {
  let time = 0
  const doorkeeper = createDoorkeeper(() => time)
  expect(crowd.map(key => doorkeeper.letsIn(key, 100))).toEqual(crowd.map(() => true))
  expect(doorkeeper.letsIn('late', 100)).toBe(false)
  time = 100
  expect(doorkeeper.letsIn('late', 100)).toBe(true)
  time = 201
  expect(doorkeeper.letsIn('late', 100)).toBe(false)
  expect(doorkeeper.letsIn('another', 100)).toBe(false)
  time = 1_000
  expect(doorkeeper.letsIn('another one', 100)).toBe(true)
})

test('those who push each other out are not known, and nobody is who was not there', () => {
  const doorkeeper = createDoorkeeper(() => 0, 1)
  for (const key of crowd) doorkeeper.letsIn(key, 1)
  expect(['a', 'b', 'a'].map(key => doorkeeper.letsIn(key, 1))).toEqual([false, false, false])
  expect(doorkeeper.letsIn('a', 1)).toBe(true)
})
