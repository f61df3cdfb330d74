import { CartFull, QuantityLimit } from '@plinth/cart-contract'
import { contextOf, etagOf, Forbidden, NotFound, newId, PreconditionFailed, service } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aBuyer, type Given, givenCarts, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCarts()
})
afterAll(() => given[Symbol.asyncDispose]())

const see = (buyer = aBuyer()) => given.call.getCart(contextOf(buyer), {})

describe('the cart', () => {
  test('of somebody new is empty, and their one cart from then on', async () => {
    const buyer = aBuyer()
    const carts = await Promise.all([1, 2, 3].map(() => see(buyer)))
    expect(new Set(carts.map(({ id }) => id)).size).toBe(1)
    expect(carts[0]).toEqual({
      id: expect.any(String),
      lines: [],
      itemCount: 0,
      subtotal: { amount: 0, currency: 'USD' },
      updatedAt: expect.stringMatching(/Z$/),
    })
  })

  test('shows what the catalog says right now', async () => {
    const { buyer, context } = await given.filled()
    const { variantId } = given.shelf.put({ price: { amount: 500, currency: 'USD' }, available: 3 })
    await given.call.addItem(context, { variantId, quantity: 2 })
    const shown = async () => (await see(buyer)).lines.find(line => line.variantId === variantId)
    const line = { variantId, quantity: 2, sku: 'LINEN-M', title: 'Linen shirt, M' }
    expect(await shown()).toMatchObject({
      ...line,
      unitPrice: { amount: 500, currency: 'USD' },
      lineTotal: { amount: 1000, currency: 'USD' },
      available: 3,
      problem: null,
    })
    given.shelf.put({ variantId, price: { amount: 600, currency: 'USD' }, available: 1 })
    expect(await shown()).toMatchObject({
      ...line,
      lineTotal: { amount: 1200, currency: 'USD' },
      available: 1,
      problem: 'insufficient_stock',
    })
    expect((await see(buyer)).subtotal.amount).toBe(4900 + 1200)
    given.shelf.put({ variantId, forSale: false })
    const unavailable = { unitPrice: null, lineTotal: null, available: 0, problem: 'unavailable' }
    expect(await shown()).toMatchObject({ ...line, ...unavailable })
    given.shelf.remove(variantId)
    expect(await shown()).toMatchObject({
      ...unavailable,
      productId: null,
      sku: null,
      title: null,
      quantity: 2,
    })
    expect(await see(buyer)).toMatchObject({ itemCount: 3, subtotal: { amount: 4900 } })
  })

  test('belongs to a person', async () => {
    await expect(given.call.getCart(contextOf(service('orders')), {})).rejects.toSatisfy(Forbidden.is)
  })

  test('of one is not touched by another', async () => {
    const [mine, yours] = [await given.filled(2), await given.filled(3)]
    await given.call.clearCart(yours.context, {})
    expect(await given.linesOf(mine.buyer.id)).toEqual(mine.lines)
  })
})

describe('an item', () => {
  test('is added to what is there, set, and removed, in the order of the first time', async () => {
    const { buyer, context, lines } = await given.filled(1, 1)
    const [first, second] = lines.map(({ variantId }) => variantId)
    if (!first || !second) throw new Error('there are two')
    await given.call.addItem(context, { variantId: second, quantity: 4 })
    await given.call.setItem(context, { variantId: first, quantity: 7 })
    const third = given.shelf.put().variantId
    const cart = await given.call.setItem(context, { variantId: third, quantity: 2 })
    expect(cart.lines.map(({ variantId, quantity }) => [variantId, quantity])).toEqual([
      [first, 7],
      [second, 5],
      [third, 2],
    ])
    expect(cart.itemCount).toBe(14)
    expect((await given.call.setItem(context, { variantId: first, quantity: 0 })).itemCount).toBe(7)
    expect((await given.call.removeItem(context, { variantId: second })).itemCount).toBe(2)
    expect((await given.call.removeItem(context, { variantId: second })).itemCount).toBe(2)
    await given.call.clearCart(context, {})
    await given.call.clearCart(context, {})
    expect(await given.linesOf(buyer.id)).toEqual([])
  })

  test('that nobody sells is not found, but can be removed', async () => {
    const { context, lines } = await given.filled()
    const unpublished = given.shelf.put({ forSale: false }).variantId
    for (const variantId of [newId<'Variant'>(), unpublished]) {
      await expect(given.call.addItem(context, { variantId, quantity: 1 })).rejects.toSatisfy(NotFound.is)
      await expect(given.call.setItem(context, { variantId, quantity: 1 })).rejects.toSatisfy(NotFound.is)
    }
    const [line] = lines
    if (!line) throw new Error('there is one')
    given.shelf.remove(line.variantId)
    expect((await given.call.setItem(context, { ...line, quantity: 0 })).lines).toEqual([])
  })

  test('may be more than there is in stock', async () => {
    const { variantId } = given.shelf.put({ available: 1 })
    const cart = await given.call.addItem(contextOf(aBuyer()), { variantId, quantity: 999 })
    expect(cart.lines).toMatchObject([{ quantity: 999, problem: 'insufficient_stock' }])
  })

  test('is 999 at most: adding past it is refused and changes nothing', async () => {
    const { buyer, context, lines } = await given.filled(990)
    const [{ variantId } = given.shelf.put()] = lines
    const before = await see(buyer)
    await expect(given.call.addItem(context, { variantId, quantity: 10 })).rejects.toSatisfy(QuantityLimit.is)
    expect(await see(buyer)).toEqual(before)
    expect((await given.call.addItem(context, { variantId, quantity: 9 })).itemCount).toBe(999)
    expect((await given.call.setItem(context, { variantId, quantity: 999 })).itemCount).toBe(999)
  })

  test('added many times at once is there as often', async () => {
    const buyer = aBuyer()
    const { variantId } = given.shelf.put()
    const attempts = await Promise.allSettled(
      Array.from({ length: 12 }, () => given.call.addItem(contextOf(buyer), { variantId, quantity: 90 })),
    )
    expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(11)
    expect(await given.linesOf(buyer.id)).toEqual([{ variantId, quantity: 990 }])
  })
})

describe('many people at once', () => {
  test('have each what they added, and hear of their own limits alone', async () => {
    const full = await given.filled(990)
    const others = await Promise.all(Array.from({ length: 60 }, () => given.filled(2)))
    const attempts = await Promise.allSettled(
      [full, ...others].map(({ context, lines: [line = given.shelf.put()] }) =>
        given.call.addItem(context, { variantId: line.variantId, quantity: 10 }),
      ),
    )
    const [refused, ...carts] = attempts
    expect(refused).toMatchObject({ status: 'rejected', reason: { code: 'quantity_limit' } })
    for (const [at, { lines }] of others.entries()) {
      const [{ variantId } = given.shelf.put()] = lines
      expect(carts[at]).toMatchObject({ value: { lines: [{ variantId, quantity: 12 }], itemCount: 12 } })
    }
  })

  test('do not wait for somebody whose cart is held', async () => {
    const held = await given.filled(1)
    const others = await Promise.all(Array.from({ length: 20 }, () => given.filled(1)))
    const add = ({ context, lines }: typeof held) =>
      given.call.addItem(context, { variantId: (lines[0] ?? given.shelf.put()).variantId, quantity: 1 })
    const waiting = await given.inTransaction(async inTx => {
      await given.rows(sql`select from cart.cart where user_id = ${held.buyer.id} for update`, inTx)
      const late = add(held)
      const carts = await Promise.all(others.map(add))
      expect(carts.map(({ itemCount }) => itemCount)).toEqual(others.map(() => 2))
      return { late }
    })
    expect((await waiting.late).itemCount).toBe(2)
  })
})

describe('a full cart', () => {
  test('takes no hundred-and-first line, also of many that come at once, but more of what is there', async () => {
    const { buyer, context, lines } = await given.filled(...Array.from({ length: 95 }, () => 1))
    const attempts = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        given.call.addItem(context, { variantId: given.shelf.put().variantId, quantity: 1 }),
      ),
    )
    const refused = attempts.filter(each => each.status === 'rejected')
    expect(refused.map(({ reason }) => CartFull.is(reason))).toEqual([true, true, true, true, true])
    expect(await given.linesOf(buyer.id)).toHaveLength(100)
    const another = { variantId: given.shelf.put().variantId, quantity: 1 }
    await expect(given.call.setItem(context, another)).rejects.toSatisfy(CartFull.is)
    const [line = another] = lines
    expect((await given.call.addItem(context, line)).itemCount).toBe(101)
    await given.call.removeItem(context, { variantId: line.variantId })
    expect((await given.call.setItem(context, another)).lines).toHaveLength(100)
  })
})

describe('a cart that is not what the client saw', () => {
  test('is not changed', async () => {
    const { buyer, context, lines } = await given.filled(2)
    const [line] = lines
    if (!line) throw new Error('there is one')
    const ifMatch = etagOf(await see(buyer))
    const changed = await given.call.setItem(context, { ...line, quantity: 3, ifMatch })
    for (const attempt of [
      () => given.call.setItem(context, { ...line, quantity: 4, ifMatch }),
      () => given.call.setItem(context, { ...line, quantity: 0, ifMatch }),
      () => given.call.removeItem(context, { variantId: line.variantId, ifMatch }),
      () => given.call.clearCart(context, { ifMatch }),
    ])
      await expect(attempt()).rejects.toSatisfy(PreconditionFailed.is)
    expect(await see(buyer)).toEqual(changed)
    given.shelf.put({ variantId: line.variantId, price: { amount: 5000, currency: 'USD' } })
    const seen = etagOf(changed)
    await expect(given.call.clearCart(context, { ifMatch: seen })).rejects.toSatisfy(PreconditionFailed.is)
    await given.call.clearCart(context, { ifMatch: etagOf(await see(buyer)) })
    expect(await given.linesOf(buyer.id)).toEqual([])
  })
})

describe('changes of one cart at once', () => {
  test('wait for each other and never for ever', async () => {
    const { context, lines } = await given.filled(1, 1)
    const rounds = Array.from({ length: 8 }, () =>
      lines.flatMap(line => [
        given.call.addItem(context, line),
        given.call.removeItem(context, { variantId: line.variantId }),
        given.call.clearCart(context, {}),
      ]),
    )
    const outcomes = await Promise.allSettled(rounds.flat())
    expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  })

  test('wait for the cart before they touch its lines', async () => {
    const { buyer, context, lines } = await given.filled(1)
    const [{ variantId } = given.shelf.put()] = lines
    for (const change of [
      () => given.call.addItem(context, { variantId, quantity: 1 }),
      () => given.call.removeItem(context, { variantId }),
      () => given.call.takeLines(internal, { userId: buyer.id, orderId: newId<'Order'>() }),
    ]) {
      const changing = await given.inTransaction(async inTx => {
        await given.rows(sql`select from cart.cart where user_id = ${buyer.id} for update`, inTx)
        const changing = change()
        await eventually(async () => {
          const waiting = await given.rows(sql`select from pg_locks where not granted`)
          return waiting.length > 0
        })
        await given.rows(sql`delete from cart.cart_line where variant_id = ${variantId}`, inTx)
        return { changing }
      })
      await expect(changing.changing).resolves.toBeDefined()
    }
  })

  test('that all want the cart as it was seen: one is made', async () => {
    for (let round = 0; round < 3; round++) {
      const { buyer, context, lines } = await given.filled(1)
      const [{ variantId } = given.shelf.put()] = lines
      const ifMatch = etagOf(await see(buyer))
      const attempts = await Promise.allSettled(
        [2, 3, 4, 5, 6].map(quantity => given.call.setItem(context, { variantId, quantity, ifMatch })),
      )
      expect(attempts.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      for (const each of attempts)
        if (each.status === 'rejected') expect(each.reason).toSatisfy(PreconditionFailed.is)
    }
  })
})
