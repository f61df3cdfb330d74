import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { childTraceparent, newTraceparent, parseTraceparent, traceLogFields } from './index.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parentId = '00f067aa0ba902b7'
const valid = `00-${traceId}-${parentId}-01`

describe('reading', () => {
  test('a valid header gives trace, parent and sampling', () => {
    expect(parseTraceparent(valid)).toEqual({ traceId, parentId, sampled: true })
    expect(parseTraceparent(`00-${traceId}-${parentId}-02`)?.sampled).toBe(false)
  })

  test('a later version is read by what version 00 knows of it', () => {
    expect(parseTraceparent(`cc-${traceId}-${parentId}-01`)?.traceId).toBe(traceId)
    expect(parseTraceparent(`cc-${traceId}-${parentId}-01-what-the-future-adds`)?.traceId).toBe(traceId)
  })

  test.each([
    ['nothing', undefined],
    ['an empty header', ''],
    ['version ff', `ff-${traceId}-${parentId}-01`],
    ['version 00 with more', `${valid}-more`],
    ['a later version with trailing characters', `cc-${traceId}-${parentId}-01x`],
    ['an all-zero trace', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['an all-zero parent', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['upper case', valid.toUpperCase()],
    ['a short trace', `00-${traceId.slice(1)}-${parentId}-01`],
    ['spaces', ` ${valid}`],
    ['two headers joined', `${valid},${valid}`],
    ['a line feed', `${valid}\n`],
    ['a header without end', `cc-${traceId}-${parentId}-01-${'x'.repeat(10_000)}`],
  ])('%s is invalid', (_, header) => {
    expect(parseTraceparent(header)).toBeUndefined()
  })
})

describe('sending on', () => {
  test('a child keeps trace and sampling and has a span of its own', () => {
    const child = parseTraceparent(childTraceparent(`00-${traceId}-${parentId}-00`))
    expect(child).toMatchObject({ traceId, sampled: false })
    expect(child?.parentId).not.toBe(parentId)
  })

  test('whatever came in, what goes out is valid', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant(valid), fc.constant(undefined)), header => {
        expect(parseTraceparent(childTraceparent(header))).toBeDefined()
      }),
    )
  })

  test('a new trace is unlike the last one, and says whether it is sampled', () => {
    expect(newTraceparent()).not.toBe(newTraceparent())
    expect(parseTraceparent(newTraceparent({ sampled: false }))?.sampled).toBe(false)
  })
})

test('log fields name the trace and the span', () => {
  expect(traceLogFields(valid)).toEqual({ traceId, spanId: parentId })
  expect(traceLogFields('nonsense')).toEqual({})
})
