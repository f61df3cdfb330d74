import { contextOf, newId } from '@plinth/kernel'
import type { Order } from '@plinth/orders-contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
const ann = userWith('user', 'seller')
const ben = userWith('user', 'seller')
const [annSells, benSells] = [contextOf(ann), contextOf(ben)]

beforeAll(async () => {
  given = await givenOrders()
})
afterAll(() => given[Symbol.asyncDispose]())

/** An order of one line of Ann's and, unless told otherwise, one of Ben's. */
const placed = async ({ token = 'tok_approved', both = true } = {}): Promise<Order> => {
  const anns = await given.givenVariant({ sellerId: ann.id, price: 1000 })
  const bens = await given.givenVariant({ sellerId: ben.id, price: 300 })
  const lines = [
    { variantId: anns.id, quantity: 2 },
    { variantId: bens.id, quantity: 1 },
  ]
  await given.givenCart(both ? lines : lines.slice(0, 1))
  return (await given.call.checkout(given.keyed(), aCheckout(token))).order
}

describe('a sale', () => {
  it('is the own lines of an order and what they add up to, nothing else of it', async () => {
    const order = await placed()
    const sale = await given.call.getSale(annSells, { orderId: order.id })
    expect(sale).toEqual({
      id: order.id,
      number: order.number,
      status: 'paid',
      lines: [{ ...order.lines.find(line => line.sellerId === ann.id), status: 'open' }],
      subtotal: { amount: 2000, currency: 'USD' },
      shippingAddress: order.shippingAddress,
      placedAt: order.placedAt,
    })
  })

  it('begins with the payment, and stays in sight when the order is cancelled afterwards', async () => {
    const unpaid = await placed({ token: 'tok_pending' })
    const failed = await placed({ token: 'tok_declined' })
    for (const { id: orderId } of [unpaid, failed])
      await expect(given.call.getSale(annSells, { orderId })).rejects.toMatchObject({ code: 'not_found' })
    const { id: orderId } = await placed()
    await given.call.cancelOrder(given.buying, { orderId })
    expect(await given.call.getSale(annSells, { orderId })).toMatchObject({
      status: 'cancelled',
      lines: [{ status: 'cancelled' }],
    })
  })

  it('is nobody else’s business', async () => {
    const { id: orderId } = await placed({ both: false })
    for (const context of [benSells, contextOf(userWith('user', 'seller'))]) {
      await expect(given.call.getSale(context, { orderId })).rejects.toMatchObject({ code: 'not_found' })
      await expect(given.call.fulfil(context, { orderId })).rejects.toMatchObject({ code: 'not_found' })
    }
    await expect(given.call.getSale(given.buying, { orderId })).rejects.toMatchObject({ code: 'forbidden' })
  })
})

describe('fulfilling', () => {
  it('marks the own lines; the order is fulfilled, and announced so, once all are', async () => {
    const { id: orderId } = await placed()
    expect(await given.call.fulfil(annSells, { orderId })).toMatchObject({
      status: 'paid',
      lines: [{ status: 'fulfilled' }],
    })
    expect(await given.call.getSale(benSells, { orderId })).toMatchObject({ lines: [{ status: 'open' }] })
    expect(await given.call.fulfil(benSells, { orderId })).toMatchObject({
      status: 'fulfilled',
      lines: [{ status: 'fulfilled' }],
    })
    const order = await given.call.getOrder(given.buying, { orderId })
    expect(order.history.map(({ status, by }) => [status, by])).toEqual([
      ['pending_payment', given.buyer.id],
      ['paid', 'orders'],
      ['fulfilled', ben.id],
    ])
    expect((await given.announced(orderId)).map(({ type }) => type)).toEqual([
      'orders.placed',
      'orders.fulfilled',
    ])
  })

  it('again gives the same answer and no further effect', async () => {
    const { id: orderId } = await placed({ both: false })
    const first = await given.call.fulfil(annSells, { orderId })
    expect(await given.call.fulfil(annSells, { orderId })).toEqual(first)
    expect(await given.announced(orderId)).toHaveLength(2)
  })

  it('needs a paid order', async () => {
    const cancelled = await placed()
    await given.call.cancelOrder(given.buying, { orderId: cancelled.id })
    const orders = [
      cancelled,
      await placed({ token: 'tok_pending' }),
      await placed({ token: 'tok_declined' }),
    ]
    for (const { id: orderId } of orders)
      await expect(given.call.fulfil(annSells, { orderId })).rejects.toMatchObject({
        code: 'not_fulfillable',
      })
    await expect(given.call.fulfil(annSells, { orderId: newId() })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('of one line ends the time in which the order could be cancelled', async () => {
    const { id: orderId } = await placed()
    await given.call.fulfil(annSells, { orderId })
    await expect(given.call.cancelOrder(given.buying, { orderId })).rejects.toMatchObject({
      code: 'not_cancellable',
    })
  })

  it('and cancelling never both happen', async () => {
    for (let round = 0; round < 10; round++) {
      const { id: orderId } = await placed({ both: round % 2 === 0 })
      const outcomes = await Promise.allSettled([
        given.call.fulfil(annSells, { orderId }),
        given.call.cancelOrder(given.buying, { orderId }),
      ])
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      const { lines, status } = await given.call.getSale(annSells, { orderId })
      expect(lines[0]?.status).toBe(status === 'cancelled' ? 'cancelled' : 'fulfilled')
    }
  })
})

it('lists sales newest first, each once however many lines it has, page by page', async () => {
  const cat = userWith('user', 'seller')
  const selling = contextOf(cat)
  const variants = await Promise.all([1, 2].map(() => given.givenVariant({ sellerId: cat.id, stock: 100 })))
  const ids: string[] = []
  for (let at = 0; at < 5; at++) {
    await given.givenCart(variants.map(({ id }) => ({ variantId: id, quantity: 1 })))
    const { order } = await given.call.checkout(
      given.keyed(),
      aCheckout(at === 2 ? 'tok_declined' : 'tok_approved'),
    )
    if (at !== 2) ids.unshift(order.id)
  }
  const first = await given.call.listSales(selling, { limit: 3 })
  const second = await given.call.listSales(selling, { limit: 3, cursor: first.nextCursor ?? '' })
  expect([...first.data, ...second.data].map(({ id }) => id)).toEqual(ids)
  expect(first.data[0]?.lines).toHaveLength(2)
  expect(second.nextCursor).toBeNull()
  expect((await given.call.listSales(selling, { limit: 3, status: 'fulfilled' })).data).toEqual([])
})
