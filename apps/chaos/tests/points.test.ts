import type { NumberedFrame } from '@plinth/testing'
import { expect, test } from 'vitest'
import { choose, pointsOf } from '../src/sweep/point.ts'

const frame = (direction: 'to' | 'from', kind: string): NumberedFrame => ({
  ...{ number: 1, service: 'postgres', nth: 1 },
  ...{ direction, kind },
})

const points = pointsOf([
  frame('to', 'prepare insert'),
  frame('from', 'answer to prepare insert'),
  frame('to', 'insert'),
  frame('from', 'answer to insert'),
  frame('from', 'notification outbox'),
])

test('a host can be killed before and after every frame, at each moment once', () => {
  expect(points.map(({ number, when, frame: name }) => [number, when, name])).toEqual([
    [1, 'before', 'postgres to insert #1'],
    [2, 'after', 'postgres to insert #1'],
    [3, 'after', 'postgres from answer to insert #1'],
    [4, 'before', 'postgres from notification outbox #1'],
    [5, 'after', 'postgres from notification outbox #1'],
  ])
})

test('points are chosen by part, number, frame and moment; all parts together are all points', () => {
  const numbers = (choice: Parameters<typeof choose>[1]) => choose(points, choice).map(({ number }) => number)
  expect(numbers({})).toEqual([1, 2, 3, 4, 5])
  expect(numbers({ range: { from: 2, to: 3 } })).toEqual([2, 3])
  expect(numbers({ frame: 'postgres to insert #1', when: 'after' })).toEqual([2])
  expect([1, 2, 3].flatMap(index => numbers({ part: { index, of: 3 } })).sort()).toEqual([1, 2, 3, 4, 5])
})
