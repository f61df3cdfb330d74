import { isId, newId } from '@plinth/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugOf, withSuffix } from './slug.ts'

test('a slug is the title in lower case, joined by hyphens, without accents', () => {
  expect(slugOf('Crème brûlée – set of 4!')).toBe('creme-brulee-set-of-4')
})

test('a title without a Latin letter or digit still gets a slug', () => {
  expect(slugOf('花瓶')).toBe('item')
})

test('no title makes a slug that could be taken for an id', () => {
  expect(isId(slugOf(newId()))).toBe(false)
})

test('every title makes a slug that is short and safe in a URL, with and without a suffix', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), title => {
      expect(slugOf(title)).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/)
      expect(withSuffix(slugOf(title)).length).toBeLessThanOrEqual(100)
    }),
  )
})
