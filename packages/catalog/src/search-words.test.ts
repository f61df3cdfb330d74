import fc from 'fast-check'
import { expect, test } from 'vitest'
import { editDistance } from './edit-distance.ts'
import { meantBy, searchQueryOf, wordsOf } from './search-words.ts'

const known = (word: string) => ({ word, known: true, similar: [] })

test('words are letters and digits in lower case, each once', () => {
  expect(wordsOf("Men's T-Shirt, mens' SHIRT 2XL!")).toEqual(['men', 's', 't', 'shirt', 'mens', '2xl'])
})

test('all words must match, the last as a beginning', () => {
  expect(searchQueryOf([known('linen'), known('shi')])).toBe("'linen' & 'shi':*")
})

test('the last word stands for what it is the beginning of, where that is known', () => {
  expect(searchQueryOf([known('linen'), known('shi')], ['shirt', 'shirts'])).toBe(
    "'linen' & ('shi' | 'shirt' | 'shirts')",
  )
  expect(searchQueryOf([known('shirt')], ['shirt'])).toBe("('shirt')")
})

test('a word that nothing has stands for what it was meant to be', () => {
  const sirt = { word: 'sirt', known: false, similar: ['skirt', 'shirt', 'silver'] }
  expect(searchQueryOf([sirt, known('blue')])).toBe("('shirt' | 'skirt') & 'blue':*")
})

test('a word that resembles nothing is searched for as it is', () => {
  expect(searchQueryOf([{ word: 'xyzzy', known: false, similar: ['fuzzy'] }])).toBe("'xyzzy':*")
})

test.each([
  ['shrit', 'shirt'],
  ['keybord', 'keyboard'],
  ['linnen', 'linen'],
  ['hedphoes', 'headphones'],
])('%s means %s', (typed, meant) => {
  expect(meantBy(typed, [meant, 'something'], false)).toEqual([meant])
})

test('an unfinished word with a slip means the words that begin so', () => {
  expect(meantBy('kebo', ['keyboard', 'kettle'], true)).toEqual(['keyboard'])
})

test('a word of three letters means itself alone', () => {
  expect(meantBy('cot', ['cut', 'coat'], false)).toEqual([])
})

test('the distance is 0 to itself, the same both ways, and never more than the longer word', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const { whole, beginning } = editDistance(a, b)
      expect(editDistance(a, a).whole).toBe(0)
      expect(editDistance(b, a).whole).toBe(whole)
      expect(whole).toBeLessThanOrEqual(Math.max([...a].length, [...b].length))
      expect(beginning).toBeLessThanOrEqual(whole)
      expect(editDistance(a, a + b).beginning).toBe(0)
    }),
  )
})

test('no text makes a query with anything in it but quoted letters and digits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), text => {
      const query = searchQueryOf(wordsOf(text).map(known))
      expect(query).toMatch(/^$|^'[\p{L}\p{M}\p{N}]+'(:\*)?( & '[\p{L}\p{M}\p{N}]+'(:\*)?)*$/u)
    }),
  )
})
