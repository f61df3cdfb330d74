import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenOrders()
})
afterAll(() => given[Symbol.asyncDispose]())

const givenBuyer = async (variantId: Awaited<ReturnType<Given['givenVariant']>>['id'], quantity: number) => {
  const buyer = userWith('user')
  await given.givenCart([{ variantId, quantity }], buyer.id)
  return buyer
}

it('Of 100 buyers of the last 10, ten are served and the others are told what is left; their carts stay full', async () => {
  const { id } = await given.givenVariant({ stock: 10 })
  const buyers = await Promise.all(Array.from({ length: 100 }, () => givenBuyer(id, 1)))
  const outcomes = await Promise.allSettled(
    buyers.map(buyer => given.call.checkout(given.keyed(newId(), buyer), aCheckout())),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  for (const [at, outcome] of outcomes.entries()) {
    if (outcome.status === 'fulfilled') continue
    expect(outcome.reason).toMatchObject({
      code: 'insufficient_stock',
      details: { lines: [{ variantId: id, requested: 1, available: 0 }] },
    })
    expect(await given.cartOf(buyers[at]?.id)).toEqual([{ variantId: id, quantity: 1 }])
  }
  expect(await given.shelf(id)).toEqual({ on_hand: 0, reserved: 0 })
})

it('What is known to be sold out is refused without drawing a number; a repeat gets its order all the same', async () => {
  const { id } = await given.givenVariant({ stock: 1 })
  const [first, second, third] = await Promise.all([1, 1, 1].map(quantity => givenBuyer(id, quantity)))
  const key = newId()
  const { order } = await given.call.checkout(given.keyed(key, first), aCheckout())
  const drawn = async () => {
    const [row] = await given.rows<{ last: string }>(
      sql`select last_value::text as last from orders.order_number`,
    )
    return row?.last
  }
  await expect(given.call.checkout(given.keyed(newId(), second), aCheckout())).rejects.toMatchObject({
    code: 'insufficient_stock',
  })
  const before = await drawn()
  await expect(given.call.checkout(given.keyed(newId(), third), aCheckout())).rejects.toMatchObject({
    code: 'insufficient_stock',
  })
  expect(await drawn()).toBe(before)

  await given.givenCart([{ variantId: id, quantity: 1 }], first?.id)
  expect(await given.call.checkout(given.keyed(key, first), aCheckout())).toMatchObject({
    repeated: true,
    order: { id: order.id },
  })
})

it('What comes back is sold, half a second later at most, however many are refused meanwhile', async () => {
  const { id } = await given.givenVariant({ stock: 0 })
  const buyer = await givenBuyer(id, 1)
  const attempt = () =>
    given.call.checkout(given.keyed(newId(), buyer), aCheckout()).then(
      ({ outcome }) => outcome,
      (error: { readonly code: string }) => error.code,
    )
  expect(await attempt()).toBe('insufficient_stock')
  await given.rows(sql`update neighbour.variant set on_hand = 1 where id = ${id}`)
  await expect.poll(attempt, { interval: 20 }).toBe('paid')
})
