import { InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import { type Id, newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aVariant, brokenStock, type Given, givenCatalog, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
})
afterAll(async () => {
  expect(await brokenStock(given)).toEqual([])
  await given[Symbol.asyncDispose]()
})

const reserve = (variantId: Id<'Variant'>, quantity: number, orderId: Id<'Order'> = newId()) =>
  given.call.reserveStock(internal, { orderId, lines: [{ variantId, quantity }] })
const sell = (orderId: Id<'Order'>) => given.call.sellStock(internal, { orderId })
const release = (orderId: Id<'Order'>) => given.call.releaseStock(internal, { orderId })
const refusalOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('reserving', () => {
  test('holds every line and answers with what it costs, in the order given', async () => {
    const product = await given.givenProduct({
      title: 'Mug',
      variants: [
        aVariant({ sku: 'MUG-S', title: 'small', price: { amount: 900, currency: 'USD' } }),
        aVariant({ sku: 'MUG-L', price: { amount: 1300, currency: 'USD' } }),
      ],
    })
    const [small, large] = product.variants
    const line = (of: typeof small, quantity: number) => ({ variantId: of?.id ?? newId(), quantity })
    const held = await given.call.reserveStock(internal, {
      orderId: newId(),
      lines: [line(large, 2), line(small, 3)],
    })
    const about = { productId: product.id, sellerId: product.sellerId }
    const usd = (amount: number) => ({ amount, currency: 'USD' })
    expect(held.lines).toEqual([
      {
        ...about,
        ...line(large, 2),
        sku: 'MUG-L',
        title: 'Mug',
        unitPrice: usd(1300),
        lineTotal: usd(2600),
      },
      {
        ...about,
        ...line(small, 3),
        sku: 'MUG-S',
        title: 'Mug, small',
        unitPrice: usd(900),
        lineTotal: usd(2700),
      },
    ])
    expect(await given.level(line(small, 0).variantId)).toEqual({ onHand: 10, reserved: 3 })
  })

  test('holds for as long as the settings say, by the clock of the database', async () => {
    const [variant] = await given.givenStock(1)
    const { expiresAt } = await reserve(variant.id, 1)
    const seconds = (Date.parse(expiresAt) - Date.now()) / 1000
    expect(seconds).toBeGreaterThan(890)
    expect(seconds).toBeLessThan(910)
  })

  test('again for the same order holds nothing more and answers at the prices of the first time', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    const first = await reserve(variant.id, 4, orderId)
    const changes = { price: { amount: 1, currency: 'USD' } }
    await given.call.updateVariant(given.selling, { variantId: variant.id, changes })
    expect(await reserve(variant.id, 4, orderId)).toEqual(first)
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 4 })
  })

  test('adds up lines of the same variant', async () => {
    const [{ id: variantId }] = await given.givenStock(5)
    const lines = [
      { variantId, quantity: 2 },
      { variantId, quantity: 2 },
    ]
    const held = await given.call.reserveStock(internal, { orderId: newId(), lines })
    expect(held.lines.map(({ quantity }) => quantity)).toEqual([2, 2])
    expect(await given.level(variantId)).toEqual({ onHand: 5, reserved: 4 })
    const refusal = await refusalOf(given.call.reserveStock(internal, { orderId: newId(), lines }))
    expect(InsufficientStock.is(refusal) && refusal.details.lines).toEqual([
      { variantId, requested: 4, available: 1 },
    ])
  })

  test('holds nothing when there is too little of one line, and says of which', async () => {
    const [plenty, scarce] = await given.givenStock(10, 1)
    const lines = [plenty, scarce].map(each => ({ variantId: each?.id ?? newId<'Variant'>(), quantity: 2 }))
    const orderId = newId<'Order'>()
    const refusal = await refusalOf(given.call.reserveStock(internal, { orderId, lines }))
    expect(InsufficientStock.is(refusal) && refusal.details.lines).toEqual([
      { variantId: scarce?.id, requested: 2, available: 1 },
    ])
    expect(await given.level(plenty.id)).toEqual({ onHand: 10, reserved: 0 })
    expect(await reserve(plenty.id, 2, orderId)).toMatchObject({ lines: [{ quantity: 2 }] })
  })

  test('refuses what is unknown, not active or not published as unavailable, however much there is', async () => {
    const draft = await given.givenProduct({ status: 'draft' })
    const [active, inactive] = await given.givenStock(10, 10)
    if (inactive === undefined) throw new Error('two variants')
    await given.call.updateVariant(given.selling, { variantId: inactive.id, changes: { active: false } })
    const gone = [newId<'Variant'>(), inactive.id, draft.variants[0]?.id ?? newId<'Variant'>()]
    const lines = [...gone, active.id].map(variantId => ({ variantId, quantity: 1 }))
    const refusal = await refusalOf(given.call.reserveStock(internal, { orderId: newId(), lines }))
    expect(ItemUnavailable.is(refusal) && refusal.details.lines).toEqual(
      gone.map(variantId => ({ variantId, requested: 1, available: 0 })),
    )
  })
})

describe('selling', () => {
  test('takes what is held off the shelf, once', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    expect(await sell(orderId)).toEqual({ outcome: 'sold' })
    expect(await sell(orderId)).toEqual({ outcome: 'sold' })
    expect(await given.level(variant.id)).toEqual({ onHand: 3, reserved: 0 })
  })

  test('an expired hold is taken anew where there is enough', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 3, orderId)
    await given.runOut(orderId)
    await given.expire()
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
    expect(await sell(orderId)).toEqual({ outcome: 'sold' })
    expect(await given.level(variant.id)).toEqual({ onHand: 2, reserved: 0 })
  })

  test('a hold that has run out but is not yet released is still good', async () => {
    const [variant] = await given.givenStock(3)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 3, orderId)
    await given.runOut(orderId)
    expect(await sell(orderId)).toEqual({ outcome: 'sold' })
    await given.expire()
    expect(await given.level(variant.id)).toEqual({ onHand: 0, reserved: 0 })
  })

  test('an expired hold is gone where others were faster, and nothing changes; it may come back', async () => {
    const [variant, other] = await given.givenStock(3, 3)
    const orderId = newId<'Order'>()
    const lines = [variant, other].map(each => ({ variantId: each?.id ?? newId<'Variant'>(), quantity: 2 }))
    await given.call.reserveStock(internal, { orderId, lines })
    await given.runOut(orderId)
    await given.expire()
    const faster = newId<'Order'>()
    await reserve(variant.id, 2, faster)
    expect(await sell(orderId)).toEqual({ outcome: 'gone' })
    expect(await given.level(variant.id)).toEqual({ onHand: 3, reserved: 2 })
    expect(await given.level(other?.id ?? '')).toEqual({ onHand: 3, reserved: 0 })
    await release(faster)
    expect(await sell(orderId)).toEqual({ outcome: 'sold' })
  })

  test('what was never reserved is gone', async () => {
    expect(await sell(newId())).toEqual({ outcome: 'gone' })
  })
})

describe('releasing', () => {
  test('gives back what is held, once', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await release(orderId)
    await release(orderId)
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
  })

  test('puts what was sold back on the shelf, once', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await sell(orderId)
    await release(orderId)
    await release(orderId)
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
    const { data } = await given.call.listStockMovements(given.selling, { variantId: variant.id, limit: 10 })
    expect(data.map(({ kind, delta, orderId: of, by }) => ({ kind, delta, of, by }))).toEqual([
      { kind: 'restock', delta: 2, of: orderId, by: 'orders' },
      { kind: 'sale', delta: -2, of: orderId, by: 'orders' },
      { kind: 'initial', delta: 5, of: null, by: given.seller.id },
    ])
  })

  test('is final: a sale that arrives later finds the stock gone', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await release(orderId)
    expect(await sell(orderId)).toEqual({ outcome: 'gone' })
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
  })

  test('is final for an expired hold, too', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await given.runOut(orderId)
    await given.expire()
    await release(orderId)
    expect(await sell(orderId)).toEqual({ outcome: 'gone' })
  })

  test('may overtake the reservation, which is then refused', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await release(orderId)
    expect(ItemUnavailable.is(await refusalOf(reserve(variant.id, 1, orderId)))).toBe(true)
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
  })
})
