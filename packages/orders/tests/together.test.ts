import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenOrders({ maxOpenOrders: 1 })
})
afterAll(() => given[Symbol.asyncDispose]())

type Variant = Awaited<ReturnType<Given['givenVariant']>>

const givenBuyer = async (quantity: number, { id }: Variant) => {
  const buyer = userWith('user')
  if (quantity > 0) await given.givenCart([{ variantId: id, quantity }], buyer.id)
  return buyer
}
type Buyer = Awaited<ReturnType<typeof givenBuyer>>

/** How many transactions have opened these orders, and how many have settled them. */
const transactionsOf = async (orderIds: readonly string[]) => {
  const [row] = await given.rows<{ opened: number; settled: number }>(sql`
    select count(distinct line.xmin::text) as opened, count(distinct o.xmin::text) as settled
      from orders.order o join orders.order_line line on line.order_id = o.id
     where o.id = any(${sql.param([...orderIds])}::uuid[])`)
  return row
}

it('Checkouts that come at once share their transactions, and each gets the own order', async () => {
  const variant = await given.givenVariant({ stock: 5_000 })
  const buyers = await Promise.all(Array.from({ length: 60 }, (_, n) => givenBuyer(n + 1, variant)))
  const answers = await Promise.all(
    buyers.map(buyer => given.call.checkout(given.keyed(newId(), buyer), aCheckout())),
  )
  const { opened = 60, settled = 60 } = (await transactionsOf(answers.map(({ order }) => order.id))) ?? {}
  expect(opened).toBeLessThan(10)
  expect(settled).toBeLessThan(40)
  for (const [at, { outcome, order }] of answers.entries()) {
    expect([outcome, order.lines[0]?.quantity]).toEqual(['paid', at + 1])
    expect(await given.announced(order.id)).toHaveLength(1)
  }
  expect(new Set(answers.map(({ order }) => order.number)).size).toBe(60)
})

it('One that is refused takes nobody along, and leaves nothing behind', async () => {
  const [plenty, scarce] = await Promise.all([
    given.givenVariant({ stock: 100 }),
    given.givenVariant({ stock: 1 }),
  ])
  const repeater = await givenBuyer(1, plenty)
  const key = newId()
  const { order } = await given.call.checkout(given.keyed(key, repeater), aCheckout())
  const waiting = await givenBuyer(1, plenty)
  await given.call.checkout(given.keyed(newId(), waiting), aCheckout('tok_pending'))
  await given.givenCart([{ variantId: plenty.id, quantity: 1 }], waiting.id)

  const checkout = (buyer: Buyer, own: string = newId(), changes = {}) =>
    given.call.checkout(given.keyed(own, buyer), { ...aCheckout(), ...changes }).then(
      answer => (answer.repeated ? 'repeated' : answer.outcome),
      (error: { readonly code: string }) => error.code,
    )
  const buyers = {
    greedy: await givenBuyer(2, scarce),
    empty: await givenBuyer(0, plenty),
    misled: await givenBuyer(1, plenty),
    served: await Promise.all([1, 2, 3].map(quantity => givenBuyer(quantity, plenty))),
    last: await givenBuyer(1, scarce),
  }
  const outcomes = await Promise.all([
    checkout(buyers.greedy),
    checkout(buyers.empty),
    checkout(buyers.misled, newId(), { expectedTotal: { amount: 1, currency: 'USD' } }),
    checkout(repeater, key),
    checkout(waiting),
    ...buyers.served.map(buyer => checkout(buyer)),
    checkout(buyers.last),
  ])
  expect(outcomes).toEqual([
    'insufficient_stock',
    'cart_empty',
    'price_changed',
    'repeated',
    'too_many_open_orders',
    'paid',
    'paid',
    'paid',
    'paid',
  ])
  expect(await given.shelf(scarce.id)).toEqual({ on_hand: 0, reserved: 0 })
  expect(await given.shelf(plenty.id)).toEqual({ on_hand: 93, reserved: 1 })
  expect(await given.cartOf(buyers.greedy.id)).toHaveLength(1)
  expect(await given.cartOf(buyers.misled.id)).toHaveLength(1)
  const keys = await given.rows(sql`
    select 1 from orders.checkout_key where user_id in (${buyers.greedy.id}, ${buyers.misled.id}, ${buyers.empty.id})`)
  expect(keys).toEqual([])
  expect(await given.announced(order.id)).toHaveLength(1)
})
