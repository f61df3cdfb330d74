import { expect, it } from 'vitest'
import { createRecent } from './recent.ts'

it('what was added is remembered for a while, and longer when it is added again', () => {
  let time = 0
  const recent = createRecent(10, () => time)
  const known = () => ['a', 'b'].filter(recent.has)
  recent.add(['a', 'b'])
  time = 9
  expect(known()).toEqual(['a', 'b'])
  recent.add(['a'])
  time = 10
  expect(known()).toEqual(['a'])
  recent.add([])
  time = 19
  expect(known()).toEqual([])
})
