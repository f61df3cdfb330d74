import fc from 'fast-check'
import { expect, test } from 'vitest'
import { freeze } from './frozen.ts'
import { jsonOf } from './json-of.ts'

/** Whatever there is in a program, some of it frozen: undefined, dates and things with a `toJSON` of their own, too. */
const anything = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.constantFrom(undefined, Number.NaN, () => 1, Symbol('none')),
    fc.date(),
    fc.constantFrom({ toJSON: () => 'other' }, { toJSON: () => undefined }),
    tie('frozen'),
    fc.array(tie('value')),
    fc.array(tie('frozen')),
    fc.dictionary(fc.string(), tie('value')),
    fc.dictionary(fc.string(), fc.array(tie('frozen'))),
  ),
  frozen: tie('value').map(freeze),
}))

test('the JSON of anything, frozen or not, is what JSON.stringify makes of it, as often as it is asked for', () => {
  fc.assert(
    fc.property(anything.value, value => {
      const text = JSON.stringify(value)
      expect(jsonOf(value)).toBe(text)
      expect(jsonOf(value)).toBe(text)
    }),
  )
})

test('what is frozen is written once, also where it is on a page', () => {
  let written = 0
  const product = freeze({
    id: '1',
    price: {
      toJSON: () => {
        written += 1
        return 1900
      },
    },
  })
  expect(jsonOf({ data: [product], nextCursor: null })).toBe(
    '{"data":[{"id":"1","price":1900}],"nextCursor":null}',
  )
  expect(jsonOf(freeze({ data: [product, product] }))).toContain('1900')
  expect(jsonOf([product])).toBe('[{"id":"1","price":1900}]')
  expect(written).toBe(1)
})
