import { newId } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
let variant: Awaited<ReturnType<Given['givenVariant']>>

beforeAll(async () => {
  given = await givenOrders()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  given.provider.before = async () => {}
  variant = await given.givenVariant({ stock: 10, price: 4900 })
  await given.givenCart([{ variantId: variant.id, quantity: 2 }])
})

describe('a checkout that is paid', () => {
  it('turns the cart into an order at the price charged, sells the stock and announces it once', async () => {
    const { outcome, repeated, order } = await given.call.checkout(given.keyed(), aCheckout())
    expect({ outcome, repeated }).toEqual({ outcome: 'paid', repeated: false })
    expect(order).toMatchObject({
      status: 'paid',
      number: expect.stringMatching(/^1\d{5}$/),
      lines: [
        { variantId: variant.id, sellerId: variant.sellerId, quantity: 2, unitPrice: { amount: 4900 } },
      ],
      subtotal: { amount: 9800, currency: 'USD' },
      total: { amount: 9800, currency: 'USD' },
      payment: { provider: 'sandbox', status: 'captured', amount: { amount: 9800 } },
      shippingAddress: aCheckout().shippingAddress,
      cancelledAt: null,
    })
    expect(order.history.map(({ status, by }) => [status, by])).toEqual([
      ['pending_payment', given.buyer.id],
      ['paid', 'orders'],
    ])
    expect(await given.cartOf()).toEqual([])
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 8, reserved: 0 })
    const events = await given.announced(order.id)
    expect(events.map(({ type }) => type)).toEqual(['orders.placed'])
    expect(ordersContract.events.placed.data.parse(events[0]?.data)).toMatchObject({
      orderId: order.id,
      userId: given.buyer.id,
      total: order.total,
    })
  })

  it('looks the same when it is read afterwards', async () => {
    const { order } = await given.call.checkout(given.keyed(), aCheckout())
    expect(await given.call.getOrder(given.buying, { orderId: order.id })).toEqual(order)
  })

  it('is accepted at the expected total, and refused at another one', async () => {
    const expectedTotal = { amount: 9799, currency: 'USD' }
    await expect(given.call.checkout(given.keyed(), { ...aCheckout(), expectedTotal })).rejects.toMatchObject(
      { code: 'price_changed', details: { expectedTotal, total: { amount: 9800 } } },
    )
    expect(await given.cartOf()).toHaveLength(1)
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    const total = { amount: 9800, currency: 'USD' }
    expect(await given.call.checkout(given.keyed(), { ...aCheckout(), expectedTotal: total })).toMatchObject({
      outcome: 'paid',
    })
  })
})

describe('a checkout that is refused', () => {
  it('needs a key', async () => {
    await expect(given.call.checkout(given.buying, aCheckout())).rejects.toMatchObject({
      code: 'validation_failed',
    })
  })

  it('needs something in the cart', async () => {
    await given.givenCart([])
    await expect(given.call.checkout(given.keyed(), aCheckout())).rejects.toMatchObject({
      code: 'cart_empty',
    })
  })

  it('names what there is too little of, and leaves everything as it was, the key too', async () => {
    await given.givenCart([{ variantId: variant.id, quantity: 11 }])
    const key = newId()
    await expect(given.call.checkout(given.keyed(key), aCheckout())).rejects.toMatchObject({
      code: 'insufficient_stock',
      details: { lines: [{ variantId: variant.id, requested: 11, available: 10 }] },
    })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 11 }])
    await given.givenCart([{ variantId: variant.id, quantity: 1 }])
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({ repeated: false })
  })

  it('names what is no longer sold', async () => {
    const gone = newId<'Variant'>()
    await given.givenCart([{ variantId: gone, quantity: 1 }])
    await expect(given.call.checkout(given.keyed(), aCheckout())).rejects.toMatchObject({
      code: 'item_unavailable',
      details: { lines: [{ variantId: gone, requested: 1, available: 0 }] },
    })
  })

  it('passes on that there is no such provider', async () => {
    await expect(
      given.call.checkout(given.keyed(), { ...aCheckout(), payment: { provider: 'bank', token: 'x' } }),
    ).rejects.toMatchObject({ code: 'validation_failed' })
    expect(await given.cartOf()).toHaveLength(1)
  })
})

describe('a payment that does not go through', () => {
  it('fails the order when it is declined: the stock is free and the cart as before', async () => {
    const key = newId()
    const declined = await given.call.checkout(given.keyed(key), aCheckout('tok_declined'))
    expect(declined).toMatchObject({
      outcome: 'declined',
      order: { status: 'failed', payment: { status: 'declined' } },
    })
    expect(declined.order.history.at(-1)).toMatchObject({
      status: 'failed',
      reason: 'The provider says declined.',
    })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 2 }])
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 0 })
    expect(await given.announced(declined.order.id)).toEqual([])
    const again = await given.call.checkout(given.keyed(key), aCheckout('tok_declined'))
    expect(again).toEqual({ ...declined, repeated: true })
  })

  it('frees the key when nothing was charged for certain', async () => {
    const key = newId()
    const attempt = () => given.call.checkout(given.keyed(key), aCheckout('tok_unavailable'))
    await expect(attempt()).rejects.toMatchObject({ code: 'payment_unavailable' })
    await expect(attempt()).rejects.toMatchObject({ code: 'payment_unavailable' })
    expect(await given.cartOf()).toEqual([{ variantId: variant.id, quantity: 2 }])
    const { order } = await given.call.checkout(given.keyed(key), aCheckout())
    expect(order.status).toBe('paid')
  })

  it('leaves the order open when the answer is not known, until somebody knows', async () => {
    const key = newId()
    const request = aCheckout('tok_pending')
    const pending = await given.call.checkout(given.keyed(key), request)
    expect(pending).toMatchObject({
      outcome: 'pending',
      order: { status: 'pending_payment', payment: { status: 'pending' } },
    })
    expect(await given.call.getOrder(given.buying, { orderId: pending.order.id })).toEqual(pending.order)
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 10, reserved: 2 })
    await given.changeToken(pending.order.id, 'tok_approved')
    await given.reconcile()
    expect(await given.call.checkout(given.keyed(key), request)).toMatchObject({
      outcome: 'paid',
      repeated: true,
      order: { id: pending.order.id, status: 'paid' },
    })
  })

  it('is told of as declined once it failed after its client was left waiting', async () => {
    const key = newId()
    const { order } = await given.call.checkout(given.keyed(key), aCheckout('tok_pending'))
    await given.changeToken(order.id, 'tok_unavailable')
    await given.reconcile()
    expect(await given.call.checkout(given.keyed(key), aCheckout('tok_pending'))).toMatchObject({
      outcome: 'declined',
      repeated: true,
      order: { id: order.id, status: 'failed' },
    })
  })
})

describe('one key', () => {
  it('means one order, however often it is used at once', async () => {
    const key = newId()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => given.call.checkout(given.keyed(key), aCheckout())),
    )
    expect(new Set(answers.map(({ order }) => order.id)).size).toBe(1)
    expect(answers.filter(({ repeated }) => !repeated)).toHaveLength(1)
    expect(answers.every(({ outcome }) => outcome === 'paid')).toBe(true)
    const [id] = answers.map(({ order }) => order.id)
    expect(await given.announced(id ?? '')).toHaveLength(1)
    expect(await given.shelf(variant.id)).toEqual({ on_hand: 8, reserved: 0 })
    const mine = await given.rows(sql`
      select 1 from neighbour.payment p join orders.order o on o.id = p.order_id where o.user_id = ${given.buyer.id}
         and p.order_id = ${id}`)
    expect(mine).toHaveLength(1)
  })

  it('is refused with another request', async () => {
    const key = newId()
    await given.call.checkout(given.keyed(key), aCheckout())
    await expect(given.call.checkout(given.keyed(key), aCheckout('tok_declined'))).rejects.toMatchObject({
      code: 'idempotency_key_reused',
    })
  })

  it('is one of its user alone', async () => {
    const key = newId()
    const { order } = await given.call.checkout(given.keyed(key), aCheckout())
    const other = userWith('user')
    await given.givenCart([{ variantId: variant.id, quantity: 1 }], other.id)
    const another = await given.call.checkout(given.keyed(key, other), aCheckout())
    expect(another).toMatchObject({ repeated: false, outcome: 'paid' })
    expect(another.order.id).not.toBe(order.id)
  })

  it('is forgotten after a day', async () => {
    const key = newId()
    const { order } = await given.call.checkout(given.keyed(key), aCheckout())
    await given.rows(
      sql`update orders.checkout_key set created_at = now() - interval '25 hours' where key = ${key}`,
    )
    await given.givenCart([{ variantId: variant.id, quantity: 1 }])
    const next = await given.call.checkout(given.keyed(key), aCheckout('tok_declined'))
    expect(next).toMatchObject({ repeated: false, outcome: 'declined' })
    expect(next.order.id).not.toBe(order.id)
  })
})

it('sells a cart once, however many keys compete for it', async () => {
  const answers = await Promise.allSettled(
    Array.from({ length: 12 }, () => given.call.checkout(given.keyed(), aCheckout())),
  )
  expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const answer of answers)
    if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'cart_empty' })
})

it('leaves the provider less time than the client leaves us', async () => {
  const deadline = Date.now() + 3_000
  await given.call.checkout({ ...given.keyed(), deadline }, aCheckout())
  expect(given.provider.deadline).toBeLessThanOrEqual(deadline - 1_000)
})

it('goes on when the client hangs up once the order is there', async () => {
  const key = newId()
  const client = new AbortController()
  given.provider.before = async () => client.abort()
  const answer = await given.call.checkout({ ...given.keyed(key), signal: client.signal }, aCheckout())
  expect(answer.outcome).toBe('paid')
})
