import { type Id, newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, never } from './given.ts'

let given: Given
let variantId: Awaited<ReturnType<Given['givenVariant']>>['id']

beforeAll(async () => {
  given = await givenOrders({ reservationTtlSeconds: 60 })
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(async () => {
  variantId = (await given.givenVariant({ stock: 10 })).id
  await given.givenCart([{ variantId, quantity: 2 }])
})

/** Where a process can die once the order is there. */
const deaths = [
  ['before the provider has heard of it', 'before'],
  ['after the provider has charged', 'after'],
] as const

/** Checks out in a process that dies while it talks to the provider; says which order it left behind. */
const dyingCheckout = async (key: string, when: 'before' | 'after') => {
  const died = new Promise<void>(resolve => {
    given.provider[when] = () => {
      resolve()
      return never()
    }
  })
  void given.call.checkout(given.keyed(key), aCheckout())
  await died
  given.provider[when] = async () => {}
  const [left] = await given.rows<{ id: Id<'Order'> }>(
    sql`select id from orders.order where status = 'pending_payment'`,
  )
  if (left === undefined) throw new Error('the process left no order')
  return left.id
}

const captures = async (orderId: string) => {
  const rows = await given.rows(sql`
    select 1 from neighbour.provider join neighbour.payment p on p.id = payment_id
     where p.order_id = ${orderId} and outcome = 'captured'`)
  return rows.length
}

describe.each(deaths)('a process that dies %s', (_, when) => {
  it('leaves an order that the same key brings to its end', async () => {
    const key = newId()
    const orderId = await dyingCheckout(key, when)
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({
      outcome: 'paid',
      repeated: true,
      order: { id: orderId, status: 'paid' },
    })
    expect(await captures(orderId)).toBe(1)
    expect(await given.announced(orderId)).toHaveLength(1)
  })

  it('leaves an order that settles by itself', async () => {
    const key = newId()
    const orderId = await dyingCheckout(key, when)
    await given.reconcile()
    expect(await given.call.getOrder(given.admin, { orderId })).toMatchObject({ status: 'paid' })
    expect(await given.call.checkout(given.keyed(key), aCheckout())).toMatchObject({
      outcome: 'paid',
      repeated: true,
    })
    expect(await captures(orderId)).toBe(1)
    expect(await given.announced(orderId)).toHaveLength(1)
  })

  it('settles once when the retry, another retry and the job come at the same time', async () => {
    const key = newId()
    const orderId = await dyingCheckout(key, when)
    await Promise.all([
      given.reconcile(),
      given.call.checkout(given.keyed(key), aCheckout()),
      given.call.checkout(given.keyed(key), aCheckout()),
    ])
    expect(await captures(orderId)).toBe(1)
    expect(await given.announced(orderId)).toHaveLength(1)
    expect(await given.shelf(variantId)).toEqual({ on_hand: 8, reserved: 0 })
  })
})

it('leaves no trace of what a settling that failed has done', async () => {
  const key = newId()
  given.faults.beforeSale = () => Promise.reject(new Error('the process died'))
  await expect(given.call.checkout(given.keyed(key), aCheckout())).rejects.toMatchObject({ code: 'internal' })
  given.faults.beforeSale = async () => {}
  const open = await given.rows<{ order_id: Id<'Order'> }>(
    sql`select order_id from neighbour.payment where status = 'pending'`,
  )
  const answer = await given.call.checkout(given.keyed(key), aCheckout())
  expect(answer).toMatchObject({ outcome: 'paid', repeated: true })
  const orderId = answer.order.id
  expect(open).toEqual([{ order_id: orderId }])
  expect(await captures(orderId)).toBe(1)
})

it('asks again, more and more seldom, while nobody knows', async () => {
  const { order } = await given.call.checkout(given.keyed(), aCheckout('tok_pending'))
  const waits: number[] = []
  for (let turn = 0; turn < 4; turn++) {
    await given.reconcile()
    const [row] = await given.rows<{ wait: number }>(
      sql`select round(extract(epoch from next_check_at - now()))::int as wait from orders.order where id = ${order.id}`,
    )
    waits.push(row?.wait ?? 0)
  }
  expect(waits).toEqual([4, 8, 15, 15])
  await given.changeToken(order.id, 'tok_approved')
  await given.reconcile()
})

it('calls the payment off once the order has waited longer than its stock was held', async () => {
  const key = newId()
  const { order } = await given.call.checkout(given.keyed(key), aCheckout('tok_pending'))
  await given.rows(
    sql`update orders.order set placed_at = now() - interval '61 seconds' where id = ${order.id}`,
  )
  await given.runOut(order.id)
  await given.reconcile()
  expect(await given.call.getOrder(given.buying, { orderId: order.id })).toMatchObject({
    status: 'failed',
    payment: { status: 'failed' },
  })
  expect(await given.cartOf()).toHaveLength(1)
  expect(await given.shelf(variantId)).toEqual({ on_hand: 10, reserved: 0 })
})

it('sends the money back when the stock is gone by the time it came in', async () => {
  const key = newId()
  const orderId = await dyingCheckout(key, 'after')
  await given.runOut(orderId)
  const answer = await given.call.checkout(given.keyed(key), aCheckout())
  expect(answer).toMatchObject({
    outcome: 'declined',
    order: { status: 'failed', payment: { status: 'refund_pending' } },
  })
  expect(await captures(orderId)).toBe(1)
  expect(await given.announced(orderId)).toEqual([])
  expect(await given.shelf(variantId)).toEqual({ on_hand: 10, reserved: 0 })
})
