import type { NumberedFrame } from '@plinth/testing'
import { expect, test } from 'vitest'
import { choose, pointsOf } from '../src/sweep/point.ts'

const frame = (kind: string, number: number): NumberedFrame => ({
  ...{ number, kind, nth: 1 },
  ...{ service: 'postgres', direction: 'to' },
})

const points = pointsOf(['begin', 'prepare insert', 'answer to prepare insert', 'insert'].map(frame))

test('a host can be killed before and after every frame that changes something, or tells of a change', () => {
  expect(points.map(({ number, when, frame: name }) => [number, when, name])).toEqual([
    [1, 'before', 'postgres to begin #1'],
    [2, 'after', 'postgres to begin #1'],
    [3, 'before', 'postgres to insert #1'],
    [4, 'after', 'postgres to insert #1'],
  ])
})

test('points are chosen by part, number, frame and moment; all parts together are all points', () => {
  const numbers = (choice: Parameters<typeof choose>[1]) => choose(points, choice).map(({ number }) => number)
  expect(numbers({})).toEqual([1, 2, 3, 4])
  expect(numbers({ range: { from: 2, to: 3 } })).toEqual([2, 3])
  expect(numbers({ frame: 'postgres to insert #1', when: 'after' })).toEqual([4])
  expect([1, 2, 3].flatMap(index => numbers({ part: { index, of: 3 } })).sort()).toEqual([1, 2, 3, 4])
})
