import { contextOf, type Id, newId } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBuyer, type Given, givenCarts, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCarts()
})
afterAll(() => given[Symbol.asyncDispose]())

const anOrder = () => newId<'Order'>()
const take = (userId: Id<'User'>, orderId: Id<'Order'>) => given.call.takeLines(internal, { userId, orderId })
const giveBack = (orderId: Id<'Order'>) => given.call.returnLines(internal, { orderId })

test('whoever asks sees what is in the cart of each, in its order, and takes nothing', async () => {
  const filled = await Promise.all([given.filled(3, 1, 2), given.filled(7), given.filled(1, 1)])
  const asked = [...filled.map(each => each.buyer.id), aBuyer().id]
  const seen = await Promise.all(asked.map(userId => given.call.readLines(internal, { userId })))
  expect(seen).toEqual([...filled.map(each => each.lines), []])
  for (const { buyer, lines } of filled) expect(await given.linesOf(buyer.id)).toEqual(lines)
})

describe('an order', () => {
  test('takes all lines in their order, and gets the same ones when it asks again', async () => {
    const { buyer, context, lines } = await given.filled(3, 1, 2)
    const orderId = anOrder()
    expect(await take(buyer.id, orderId)).toEqual(lines)
    expect((await given.call.getCart(context, {})).lines).toEqual([])
    await given.call.addItem(context, { variantId: given.shelf.put().variantId, quantity: 5 })
    expect(await take(buyer.id, orderId)).toEqual(lines)
    expect(await given.linesOf(buyer.id)).toHaveLength(1)
  })

  test('takes nothing where there is nothing, and something once there is', async () => {
    const buyer = aBuyer()
    const orderId = anOrder()
    expect(await take(buyer.id, orderId)).toEqual([])
    const line = { variantId: given.shelf.put().variantId, quantity: 1 }
    await given.call.addItem(contextOf(buyer), line)
    expect(await take(buyer.id, orderId)).toEqual([line])
  })

  test('that asks many times at once gets the same lines each time', async () => {
    const { buyer, lines } = await given.filled(2, 2)
    const orderId = anOrder()
    const taken = await Promise.all(Array.from({ length: 6 }, () => take(buyer.id, orderId)))
    expect(taken).toEqual(Array.from({ length: 6 }, () => lines))
  })

  test('shares nothing with another that comes at once: one gets all, the other none', async () => {
    for (let round = 0; round < 5; round++) {
      const { buyer, lines } = await given.filled(1, 2, 3)
      const taken = await Promise.all([anOrder(), anOrder(), anOrder()].map(id => take(buyer.id, id)))
      expect(taken.toSorted((a, b) => b.length - a.length)).toEqual([lines, [], []])
    }
  })

  test('and an item added at once lose nothing: it is in the order or in the cart', async () => {
    for (let round = 0; round < 8; round++) {
      const { buyer, context, lines } = await given.filled(1)
      const [line] = lines
      if (!line) throw new Error('there is one')
      const [taken] = await Promise.all([take(buyer.id, anOrder()), given.call.addItem(context, line)])
      const everywhere = [...taken, ...(await given.linesOf(buyer.id))]
      expect(everywhere.reduce((count, { quantity }) => count + quantity, 0)).toBe(2)
    }
  })
})

describe('what an order took', () => {
  test('is put back once, in its order, however often that is asked for', async () => {
    const { buyer, lines } = await given.filled(3, 1, 2)
    const orderId = anOrder()
    await take(buyer.id, orderId)
    await Promise.all([giveBack(orderId), giveBack(orderId), giveBack(orderId)])
    await giveBack(orderId)
    expect(await given.linesOf(buyer.id)).toEqual(lines)
  })

  test('is not taken again by the same order once it was put back', async () => {
    const { buyer, lines } = await given.filled(2)
    const orderId = anOrder()
    await take(buyer.id, orderId)
    await giveBack(orderId)
    expect(await take(buyer.id, orderId)).toEqual([])
    expect(await given.linesOf(buyer.id)).toEqual(lines)
    expect(await take(buyer.id, anOrder())).toEqual(lines)
  })

  test('is added to what is there by then, as far as a line goes', async () => {
    const { buyer, context, lines } = await given.filled(600, 5)
    const [first, second] = lines
    if (!first || !second) throw new Error('there are two')
    const orderId = anOrder()
    await take(buyer.id, orderId)
    const third = { variantId: given.shelf.put().variantId, quantity: 4 }
    await given.call.addItem(context, third)
    await given.call.addItem(context, first)
    await giveBack(orderId)
    expect(await given.linesOf(buyer.id)).toEqual([third, { ...first, quantity: 999 }, second])
  })

  test('is put back as far as there is room in the cart, the first lines first', async () => {
    const { buyer, context, lines } = await given.filled(1, 1, 1, 1)
    const orderId = anOrder()
    await take(buyer.id, orderId)
    for (let index = 0; index < 97; index++)
      await given.call.addItem(context, { variantId: given.shelf.put().variantId, quantity: 1 })
    const [, second] = lines
    if (!second) throw new Error('there are four')
    await given.call.addItem(context, second)
    await giveBack(orderId)
    const kept = await given.linesOf(buyer.id)
    expect(kept).toHaveLength(100)
    expect(kept.slice(97)).toEqual([{ ...second, quantity: 2 }, lines[0], lines[2]])
  })

  test('is nothing to an order that took nothing', async () => {
    await expect(giveBack(anOrder())).resolves.toBeUndefined()
  })

  test('is remembered for 30 days', async () => {
    const [old, young] = [await given.filled(), await given.filled()]
    const [first, second] = [anOrder(), anOrder()]
    await take(old.buyer.id, first)
    await take(young.buyer.id, second)
    await given.rows(
      sql`update cart.checkout set taken_at = now() - interval '31 days' where order_id = ${first}`,
    )
    const [job] = given.carts.jobs
    await using _running = job?.start(silentLogger)
    const kept = () =>
      given.rows(sql`select order_id from cart.checkout where order_id in (${first}, ${second})`)
    await eventually(async () => expect(await kept()).toEqual([{ order_id: second }]))
  })
})

describe('within the transaction of a checkout', () => {
  test('that is rolled back, the cart is as it was and the order may come again', async () => {
    const { buyer, context, lines } = await given.filled(1, 2)
    const before = await given.call.getCart(context, {})
    const orderId = anOrder()
    const checkout = given.inTransaction(async inTx => {
      expect(await given.call.takeLines(inTx, { userId: buyer.id, orderId })).toEqual(lines)
      throw new Error('out of stock')
    })
    await expect(checkout).rejects.toThrow('out of stock')
    expect(await given.call.getCart(context, {})).toEqual(before)
    expect(await take(buyer.id, orderId)).toEqual(lines)
  })

  test('that is rolled back after its lines were put back, they are still the order’s', async () => {
    const { buyer } = await given.filled(1)
    const orderId = anOrder()
    await take(buyer.id, orderId)
    const refused = given.inTransaction(async inTx => {
      await given.call.returnLines(inTx, { orderId })
      throw new Error('the connection was lost')
    })
    await expect(refused).rejects.toThrow('lost')
    expect(await given.linesOf(buyer.id)).toEqual([])
  })
})

describe('called from elsewhere', () => {
  test('lines are taken at once, whatever becomes of the caller, until it gives them back', async () => {
    const { buyer, lines } = await given.filled(1, 2)
    const orderId = anOrder()
    const checkout = given.inTransaction(async inTx => {
      expect(await given.apart.takeLines(inTx, { userId: buyer.id, orderId })).toEqual(lines)
      throw new Error('out of stock')
    })
    await expect(checkout).rejects.toThrow('out of stock')
    expect(await given.linesOf(buyer.id)).toEqual([])
    await given.apart.returnLines(internal, { orderId })
    expect(await given.linesOf(buyer.id)).toEqual(lines)
  })

  test('a return that overtakes its order leaves it nothing to take', async () => {
    const { buyer, lines } = await given.filled(2)
    const orderId = anOrder()
    await given.apart.returnLines(internal, { orderId })
    expect(await given.apart.takeLines(internal, { userId: buyer.id, orderId })).toEqual([])
    expect(await given.linesOf(buyer.id)).toEqual(lines)
  })

  test('an order and its return at once leave the lines in the cart', async () => {
    for (let round = 0; round < 10; round++) {
      const { buyer, lines } = await given.filled(2, 1)
      const orderId = anOrder()
      await Promise.all([
        given.apart.takeLines(internal, { userId: buyer.id, orderId }),
        given.apart.returnLines(internal, { orderId }),
      ])
      expect(await given.linesOf(buyer.id)).toEqual(lines)
    }
  })
})
