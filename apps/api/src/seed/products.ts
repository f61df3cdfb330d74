import type { catalogContract } from '@plinth/catalog-contract'
import type { Id, InputOf } from '@plinth/kernel'
import type { Shelf } from './shelves.ts'

/** The products of a shelf: the same ones each time, so that a seeded shop can be talked about. */
export const productsOf = (
  shelf: Shelf,
  categoryId: Id<'Category'>,
  currency: string,
): InputOf<typeof catalogContract, 'createProduct'>[] =>
  shelf.things.flatMap(thing =>
    shelf.styles.map(style => {
      const title = `${style} ${thing}`
      const dice = diceOf(`${shelf.category[1]} ${title}`)
      const [cheapest, dearest] = shelf.prices
      const price = { amount: roundTo(cheapest + dice() * (dearest - cheapest), 100) - 1, currency }
      return {
        title,
        description: `${title}. ${shelf.about}`,
        categoryIds: [categoryId],
        status: 'published',
        variants: (shelf.sizes ?? [undefined]).map(size => ({
          sku: skuOf(shelf.category[1], title, size),
          price,
          stock: dice() < 0.05 ? 0 : Math.floor(dice() * 120) + 3,
          ...(size !== undefined && { title: size, options: { size } }),
        })),
      }
    }),
  )

const skuOf = (...parts: (string | undefined)[]) =>
  parts
    .filter(part => part !== undefined)
    .map(part => part.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '-'))
    .join('-')

const roundTo = (value: number, step: number) => Math.max(step, Math.round(value / step) * step)

/** Numbers between 0 and 1 that depend on the text alone (mulberry32 over an FNV-1a hash). */
const diceOf = (text: string) => {
  let state = 0x811c9dc5
  for (const char of text) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
