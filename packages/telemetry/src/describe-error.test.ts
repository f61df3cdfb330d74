import { expect, test } from 'vitest'
import { describeError, safeMessage } from './index.ts'

test('a chain of causes is described with its codes, and cut where it is a ring', () => {
  const inner = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
  inner.cause = inner
  const described = describeError(new TypeError('no database', { cause: inner }))
  expect(described).toMatchObject({
    type: 'TypeError',
    message: 'no database',
    cause: { code: 'ECONNREFUSED' },
  })
  expect(JSON.stringify(described).split('ECONNREFUSED')).toHaveLength(6)
})

test('an aggregate shows its members', () => {
  const described = describeError(
    new AggregateError([new Error('::1'), new Error('127.0.0.1')], 'none answered'),
  )
  expect(described.errors?.map(error => error.message)).toEqual(['::1', '127.0.0.1'])
})

test('the value that PostgreSQL quotes is left out', () => {
  const error = Object.assign(new Error('invalid input syntax for type uuid: "my secret"'), { code: '22P02' })
  expect(safeMessage(error)).toBe('invalid input syntax for type uuid: [value]')
})

test('the stack holds frames only, even where the message looks like one', () => {
  const { stack } = describeError(new Error('first\n    at hunter2'))
  expect(stack).toMatch(/^\s+at /)
  expect(stack).not.toContain('hunter2')
})

test.each([
  ['text', 'text'],
  [undefined, 'Thrown: undefined'],
  [{ password: 'x' }, 'Thrown: object'],
])('whatever was thrown has a message: %s', (thrown, message) => {
  expect(describeError(thrown)).toEqual({ type: 'NonError', message })
})
