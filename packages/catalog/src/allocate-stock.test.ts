import { InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import { type Id, newId } from '@plinth/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate, type LockedVariant, wantedOf } from './allocate-stock.ts'

const variantIds = Array.from({ length: 4 }, () => newId<'Variant'>())

const variantOf = (variantId: Id<'Variant'>, available: number, forSale = true): LockedVariant => ({
  variantId,
  productId: newId<'Product'>(),
  sellerId: newId<'User'>(),
  sku: 'SKU',
  title: 'Shirt',
  price: 100,
  currency: 'USD',
  forSale,
  available,
})

const orderOf = (...lines: (readonly [at: number, quantity: number])[]) => ({
  orderId: newId<'Order'>(),
  lines: lines.flatMap(([at, quantity]) => {
    const variantId = variantIds[at]
    return variantId === undefined ? [] : [{ variantId, quantity }]
  }),
})

describe('What there is', () => {
  const shelves = fc.array(fc.nat(12), { minLength: 4, maxLength: 4 })
  const line = fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 6 }))
  const orders = fc.array(fc.array(line, { minLength: 1, maxLength: 4 }), { maxLength: 12 })

  it('is never given twice, goes to whoever comes first, and to nobody in part', () => {
    fc.assert(
      fc.property(shelves, orders, (stock, wishes) => {
        const requests = wishes.map(lines => orderOf(...lines))
        const results = allocate(
          variantIds.map((id, at) => variantOf(id, stock[at] ?? 0)),
          requests,
        )
        const left = new Map(variantIds.map((id, at) => [id, stock[at] ?? 0]))
        for (const [at, { lines }] of requests.entries()) {
          const wanted = [...wantedOf(lines)]
          const fits = wanted.every(([id, quantity]) => quantity <= (left.get(id) ?? 0))
          const result = results[at]
          expect(result !== undefined && 'lines' in result).toBe(fits)
          if (!fits) continue
          expect(result).toMatchObject({ lines })
          for (const [id, quantity] of wanted) left.set(id, (left.get(id) ?? 0) - quantity)
        }
        expect(Math.min(...left.values())).toBeGreaterThanOrEqual(0)
      }),
    )
  })

  it('is told to whoever wants more of it, after what those before have got', () => {
    const [first, second] = allocate(
      variantIds.map(id => variantOf(id, 5)),
      [orderOf([0, 3]), orderOf([0, 2], [1, 1], [0, 1])],
    )
    expect(first).toMatchObject({ lines: [{ quantity: 3 }] })
    const refusal = second !== undefined && 'refusal' in second ? second.refusal : undefined
    expect(InsufficientStock.is(refusal)).toBe(true)
    expect(refusal?.details).toEqual({ lines: [{ variantId: variantIds[0], requested: 3, available: 2 }] })
  })

  it('and is not for sale, or not there at all, is unavailable', () => {
    const [result] = allocate(
      variantIds.slice(0, 2).map((id, at) => variantOf(id, 5, at !== 1)),
      [orderOf([0, 9], [1, 1], [2, 1])],
    )
    const refusal = result !== undefined && 'refusal' in result ? result.refusal : undefined
    expect(ItemUnavailable.is(refusal)).toBe(true)
    expect(refusal?.details).toEqual({
      lines: [variantIds[1], variantIds[2]].map(variantId => ({ variantId, requested: 1, available: 0 })),
    })
  })
})
