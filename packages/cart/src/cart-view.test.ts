import { cart, maxLines, maxQuantity } from '@plinth/cart-contract'
import { maxPrice, newId } from '@plinth/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { showCart } from './cart-view.ts'

const seen = fc.record({
  quantity: fc.integer({ min: 1, max: maxQuantity }),
  amount: fc.integer({ min: 0, max: maxPrice }),
  available: fc.integer({ min: 0, max: 2 * maxQuantity }),
  catalog: fc.constantFrom('offers it', 'offers it', 'does not sell it', 'does not know it'),
})

const showing = (lines: readonly (typeof seen extends fc.Arbitrary<infer Seen> ? Seen : never)[]) => {
  const items = lines.map(line => ({ ...line, variantId: newId<'Variant'>() }))
  const offers = items
    .filter(({ catalog }) => catalog !== 'does not know it')
    .map(({ variantId, amount, available, catalog }) => ({
      variantId,
      productId: newId<'Product'>(),
      sellerId: newId<'User'>(),
      sku: 'LINEN-M',
      title: 'Linen shirt',
      price: { amount, currency: 'USD' },
      available,
      forSale: catalog === 'offers it',
    }))
  const stored = { id: newId<'Cart'>(), updatedAt: new Date(), lines: items }
  return { items, shown: showCart(stored, offers.toReversed(), 'USD') }
}

describe('a cart as it is shown', () => {
  test('has as its subtotal the sum of the lines that are available, to the cent', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: maxLines }), lines => {
        const { items, shown } = showing(lines)
        const sellable = items.filter(({ catalog }) => catalog === 'offers it')
        const exact = sellable.reduce((sum, line) => sum + BigInt(line.amount) * BigInt(line.quantity), 0n)
        expect(BigInt(shown.subtotal.amount)).toBe(exact)
        expect(shown.itemCount).toBe(items.reduce((count, { quantity }) => count + quantity, 0))
      }),
    )
  })

  test('keeps every line in its place, keeps to its contract, and prices what can be bought and nothing else', () => {
    fc.assert(
      fc.property(fc.array(seen, { maxLength: 10 }), lines => {
        const { items, shown } = showing(lines)
        expect(cart.parse(shown)).toEqual(shown)
        expect(shown.lines.map(({ variantId }) => variantId)).toEqual(items.map(({ variantId }) => variantId))
        for (const [index, line] of shown.lines.entries()) {
          const item = items[index]
          if (item?.catalog === 'offers it') {
            expect(line.lineTotal?.amount).toBe(item.amount * item.quantity)
            expect(line.problem).toBe(item.available < item.quantity ? 'insufficient_stock' : null)
          } else {
            const nothing = { unitPrice: null, lineTotal: null, available: 0, problem: 'unavailable' }
            expect(line).toMatchObject(nothing)
          }
        }
      }),
    )
  })
})
