import { type CallContext, ContractError, newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { givenGateway } from './gateway.ts'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

const limit = 3

describe('orders of one user that wait for their payment', () => {
  let given: Given
  let variant: Awaited<ReturnType<Given['givenVariant']>>
  beforeAll(async () => {
    given = await givenOrders({ maxOpenOrders: limit })
    variant = await given.givenVariant({ stock: 1_000 })
  })
  afterAll(() => given[Symbol.asyncDispose]())

  const fillCart = (userId: string) => given.givenCart([{ variantId: variant.id, quantity: 1 }], userId)
  const open = async (context: CallContext, userId: string) => {
    await fillCart(userId)
    return given.call.checkout(context, aCheckout('tok_pending'))
  }
  /** A user with as many open orders as anybody may have, and a cart for the next. */
  const givenHoarder = async () => {
    const user = userWith('user')
    const keys = Array.from({ length: limit }, () => newId())
    const orders = []
    for (const key of keys) orders.push((await open(given.keyed(key, user), user.id)).order)
    await fillCart(user.id)
    return { user, keys, orders }
  }

  it('are so many at most: the next checkout is refused, and leaves cart and stock alone', async () => {
    const { user } = await givenHoarder()
    const before = await given.shelf(variant.id)
    await expect(given.call.checkout(given.keyed(newId(), user), aCheckout())).rejects.toMatchObject({
      code: 'too_many_open_orders',
      details: { limit },
    })
    expect(await given.shelf(variant.id)).toEqual(before)
    expect(await given.cartOf(user.id)).toHaveLength(1)
  })

  it('are nobody else’s concern', async () => {
    await givenHoarder()
    const other = userWith('user')
    expect(await open(given.keyed(newId(), other), other.id)).toMatchObject({ outcome: 'pending' })
  })

  it('can be asked about as often as one likes, each under its own key', async () => {
    const { user, keys, orders } = await givenHoarder()
    for (const [at, key] of keys.entries())
      expect(await given.call.checkout(given.keyed(key, user), aCheckout('tok_pending'))).toMatchObject({
        repeated: true,
        order: { id: orders[at]?.id },
      })
  })

  it.each(['paid', 'cancelled', 'failed'])('make room for the next once one is %s', async end => {
    const { user, orders } = await givenHoarder()
    const [first] = orders
    const key = newId()
    const next = () => given.call.checkout(given.keyed(key, user), aCheckout())
    await expect(next()).rejects.toMatchObject({ code: 'too_many_open_orders' })
    if (end === 'cancelled')
      await given.call.cancelOrder({ ...given.keyed(newId(), user) }, { orderId: first?.id ?? newId() })
    else {
      await given.changeToken(first?.id ?? '', end === 'paid' ? 'tok_approved' : 'tok_declined')
      await given.reconcile()
      await fillCart(user.id)
    }
    expect(await next()).toMatchObject({ outcome: 'paid', repeated: false })
  })

  it('are a 409 over HTTP, and the key is free for another try', async () => {
    const gateway = await givenGateway(given)
    await using _ = gateway
    const { user, orders } = await givenHoarder()
    const key = newId()
    const checkout = () =>
      gateway.send('POST', '/v1/checkout', {
        as: user,
        body: aCheckout(),
        headers: { 'idempotency-key': key },
      })
    expect(await checkout()).toMatchObject({ status: 409, body: { code: 'too_many_open_orders', limit } })
    await given.call.cancelOrder(given.keyed(newId(), user), { orderId: orders[0]?.id ?? newId() })
    expect((await checkout()).status).toBe(201)
  })
})

it('open orders are never one too many, however many checkouts run at once', async () => {
  await using given = await givenOrders({ maxOpenOrders: limit })
  const variant = await given.givenVariant({ stock: 1_000 })
  const user = userWith('user')
  const untilRefused = async () => {
    for (;;) {
      await given.givenCart([{ variantId: variant.id, quantity: 1 }], user.id)
      const code = await given.call
        .checkout(given.keyed(newId(), user), aCheckout('tok_pending'))
        .then(() => 'opened', codeOf)
      if (code === 'too_many_open_orders') return
      expect(['opened', 'cart_empty']).toContain(code)
    }
  }
  await Promise.all(Array.from({ length: 12 }, untilRefused))
  const open = await given.rows(sql`
    select 1 from orders.order where user_id = ${user.id} and status = 'pending_payment'`)
  expect(open).toHaveLength(limit)
  expect(await given.shelf(variant.id)).toEqual({ on_hand: 1_000, reserved: limit })
})

const codeOf = (error: unknown) => (error instanceof ContractError ? error.code : error)
