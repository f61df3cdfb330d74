import { contextOf, etagOf, newId } from '@plinth/kernel'
import { type Order, ordersContract } from '@plinth/orders-contract'
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
  given.provider.after = async () => {}
  variant = await given.givenVariant({ stock: 100 })
})

const placed = async (token = 'tok_approved'): Promise<Order> => {
  await given.givenCart([{ variantId: variant.id, quantity: 2 }])
  return (await given.call.checkout(given.keyed(), aCheckout(token))).order
}

const cancelledEvents = async (orderId: string) =>
  (await given.announced(orderId)).filter(({ type }) => type === 'orders.cancelled')

const refunding = async (orderId: string) =>
  (await given.rows(sql`select 1 from neighbour.payment where order_id = ${orderId} and refunding`)).length

describe('cancelling', () => {
  it('a paid order announces it with its lines; the refund shows as on its way at once', async () => {
    const { id: orderId } = await placed()
    const order = await given.call.cancelOrder(given.buying, { orderId, reason: 'Changed my mind' })
    expect(order).toMatchObject({
      status: 'cancelled',
      cancelledAt: expect.any(String),
      payment: { status: 'refund_pending' },
    })
    expect(order.history.at(-1)).toEqual({
      status: 'cancelled',
      at: order.cancelledAt,
      by: given.buyer.id,
      reason: 'Changed my mind',
    })
    const [event] = await cancelledEvents(orderId)
    expect(ordersContract.events.cancelled.data.parse(event?.data)).toMatchObject({
      wasPaid: true,
      reason: 'Changed my mind',
      lines: order.lines,
      cancelledAt: order.cancelledAt,
    })
    expect(await given.call.getOrder(given.buying, { orderId })).toEqual(order)
  })

  it('again, even many times at once, changes nothing', async () => {
    const { id: orderId } = await placed()
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => given.call.cancelOrder(given.buying, { orderId })),
    )
    for (const answer of answers) expect(answer).toEqual(answers[0])
    expect(await cancelledEvents(orderId)).toHaveLength(1)
    expect(await given.audited(orderId)).toEqual([[given.buyer.id, 'orders.cancelled', { from: 'paid' }]])
  })

  it('is for the buyer and for admins; for anybody else there is no such order', async () => {
    const { id: orderId } = await placed()
    const stranger = contextOf(userWith('user', 'seller'))
    await expect(given.call.cancelOrder(stranger, { orderId })).rejects.toMatchObject({ code: 'not_found' })
    await expect(given.call.cancelOrder(given.buying, { orderId: newId() })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect(await given.call.cancelOrder(given.admin, { orderId })).toMatchObject({ status: 'cancelled' })
  })

  it('is refused for an order that failed', async () => {
    const { id: orderId } = await placed('tok_declined')
    await expect(given.call.cancelOrder(given.buying, { orderId })).rejects.toMatchObject({
      code: 'not_cancellable',
    })
  })

  it('is refused when the order has changed since it was read', async () => {
    const order = await placed()
    const orderId = order.id
    await expect(
      given.call.cancelOrder(given.buying, { orderId, ifMatch: '"something-else"' }),
    ).rejects.toMatchObject({ code: 'precondition_failed' })
    expect(await given.call.cancelOrder(given.buying, { orderId, ifMatch: etagOf(order) })).toMatchObject({
      status: 'cancelled',
    })
  })
})

describe('cancelling an order that waits for its payment', () => {
  it('calls the payment off', async () => {
    const { id: orderId } = await placed('tok_pending')
    const order = await given.call.cancelOrder(given.buying, { orderId })
    expect(order).toMatchObject({ status: 'cancelled', payment: { status: 'pending' } })
    const [event] = await cancelledEvents(orderId)
    expect(event?.data).toMatchObject({ wasPaid: false })
    await given.reconcile()
    expect(await given.call.getOrder(given.buying, { orderId })).toMatchObject({
      status: 'cancelled',
      payment: { status: 'failed' },
    })
    expect(await given.cartOf()).toEqual([])
    expect(await given.announced(orderId)).toHaveLength(1)
  })

  it('sends back a capture that comes to light afterwards', async () => {
    await given.givenCart([{ variantId: variant.id, quantity: 2 }])
    const key = newId()
    given.provider.after = async () => {
      const [open] = await given.call.listOrders(given.buying, { limit: 1 }).then(page => page.data)
      await given.call.cancelOrder(given.buying, { orderId: open?.id ?? newId() })
    }
    const answer = await given.call.checkout(given.keyed(key), aCheckout())
    expect(answer.order).toMatchObject({ status: 'cancelled', payment: { status: 'refund_pending' } })
    expect(await refunding(answer.order.id)).toBe(1)
    expect((await given.announced(answer.order.id)).map(({ type }) => type)).toEqual(['orders.cancelled'])
    expect(answer.order.history.map(({ status }) => status)).toEqual(['pending_payment', 'cancelled'])
  })

  it('ends in one of two ways when it races the settling', async () => {
    for (let round = 0; round < 8; round++) {
      const { id: orderId } = await placed('tok_pending')
      await given.changeToken(orderId, 'tok_approved')
      const [cancelled] = await Promise.all([
        given.call.cancelOrder(given.buying, { orderId }),
        given.reconcile(),
      ])
      expect(cancelled.status).toBe('cancelled')
      const types = (await given.announced(orderId)).map(({ type }) => type)
      const [payment] = await given.rows<{ status: string; refunding: boolean }>(
        sql`select status, refunding from neighbour.payment where order_id = ${orderId}`,
      )
      // Paid first: whoever consumes the event refunds. Cancelled first: the one who settles does, if anything came in.
      if (types.includes('orders.placed')) expect(payment).toEqual({ status: 'captured', refunding: false })
      else expect(payment?.refunding).toBe(payment?.status === 'captured')
    }
  })
})
