import { contextOf } from '@plinth/kernel'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { aVariant, type Given, givenCatalog } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
  const shirts = await given.call.createCategory(given.admin, { name: 'Blouses' })
  const products = [
    { title: 'Linen shirt', description: 'Light, loose, made to last.', categoryIds: [shirts.id] },
    { title: 'Wool blanket', description: 'Goes well with a linen shirt on cool evenings.' },
    { title: 'Running shoes', description: 'For roads and trails.' },
    { title: 'Mechanical keyboard', description: 'Connects by USB-C.' },
    { title: 'Café crème bowl', description: 'Stoneware.' },
    { title: 'Copper kettle', description: 'Holds 1.5l.', variants: [aVariant({ sku: 'KTL-015' })] },
    { title: 'Vase', description: '', variants: [aVariant({ options: { glaze: 'celadon' } })] },
    { title: 'Linen trousers in secret', description: '', status: 'draft' as const },
  ]
  for (const product of products) await given.givenProduct(product)
})
afterAll(() => given[Symbol.asyncDispose]())

const find = async (q: string) => {
  const { data } = await given.call.listProducts(contextOf(), { q, limit: 20 })
  return data.map(({ title }) => title)
}

test.each([
  ['a word of the title', 'keyboard', ['Mechanical keyboard']],
  ['another form of the word', 'run', ['Running shoes']],
  ['another form of it in the title', 'shoe', ['Running shoes']],
  ['the beginning of the last word', 'mech', ['Mechanical keyboard']],
  ['words and the beginning of one', 'copper ket', ['Copper kettle']],
  ['the beginning of a word of a description', 'stonew', ['Café crème bowl']],
  ['the beginning of a SKU', 'kt', ['Copper kettle']],
  ['the beginning of a SKU that words begin with, too', 'ro', ['Running shoes']],
  ['upper case and punctuation', 'COPPER, kettle!', ['Copper kettle']],
  ['a word with a letter left out', 'keybord', ['Mechanical keyboard']],
  ['a word with two letters swapped', 'ketlte', ['Copper kettle']],
  ['a word with a wrong letter beside a right one', 'coppar kettle', ['Copper kettle']],
  ['the beginning of a word with a slip in it', 'keybao', ['Mechanical keyboard']],
  ['a word without its accent', 'cafe', ['Café crème bowl']],
  ['a SKU', 'KTL-015', ['Copper kettle']],
  ['an option', 'celadon', ['Vase']],
  ['a category', 'blouse', ['Linen shirt']],
  ['a word with a hyphen', 'usb-c', ['Mechanical keyboard']],
  ['a number with a point', '1.5l', ['Copper kettle']],
  ['stop words among others', 'the bowl', ['Café crème bowl']],
  ['what is nowhere', 'submarine', []],
  ['words that are in no product together', 'copper keyboard', []],
  ['nothing but punctuation', '!!! & | :* ()', []],
])('finds %s', async (_, q, titles) => {
  expect(await find(q)).toEqual(titles)
})

test('the beginning of a SKU is found where nothing has the words that begin so', async () => {
  const { id } = await given.givenProduct({
    title: 'Paper lantern',
    description: '',
    variants: [aVariant({ sku: 'MECH42' })],
  })
  expect(await find('mech')).toEqual(['Mechanical keyboard'])
  expect(await find('paper mech')).toEqual(['Paper lantern'])
  await given.call.archiveProduct(given.selling, { productId: id })
})

test('a match in the title comes before one in the description', async () => {
  expect(await find('linen')).toEqual(['Linen shirt', 'Wool blanket'])
  expect(await find('linen shirt')).toEqual(['Linen shirt', 'Wool blanket'])
})

test('blank text is no search at all', async () => {
  expect(await find('   ')).toHaveLength(7)
})

test('what is changed is found by its new words at once, and no longer by its old ones', async () => {
  const { id } = await given.givenProduct({ title: 'Brass lamp', description: '' })
  expect(await find('brass')).toEqual(['Brass lamp'])
  const change = { productId: id, changes: { title: 'Bronze lamp' } }
  await given.call.updateProduct(given.selling, change)
  expect(await find('brass')).toEqual([])
  expect(await find('bronze')).toEqual(['Bronze lamp'])
  await given.call.archiveProduct(given.selling, { productId: id })
  expect(await find('bronze')).toEqual([])
})

test('renaming a category changes what its products are found by', async () => {
  const category = await given.call.createCategory(given.admin, { name: 'Camping' })
  await given.givenProduct({ title: 'Torch', description: '', categoryIds: [category.id] })
  expect(await find('camping')).toEqual(['Torch'])
  await given.call.updateCategory(given.admin, { categoryId: category.id, name: 'Outdoors' })
  expect(await find('outdoors torch')).toEqual(['Torch'])
})

test('no text breaks a search', async () => {
  const nasty = [
    "'",
    "'; drop table catalog.product; --",
    "a' | 'b",
    '\\',
    "\\'",
    ':*',
    '<->',
    '%_',
    '𝕏',
    '👕',
    '日本語',
  ]
  const text = fc.oneof(
    fc.constantFrom(...nasty),
    fc.string({ unit: 'binary', maxLength: 100 }).filter(each => each.isWellFormed() && !each.includes('\0')),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 4 }), async texts => {
      expect(Array.isArray(await find(texts.join(' ').slice(0, 200).toWellFormed()))).toBe(true)
    }),
    { numRuns: 60 },
  )
})
