import { catalogContract, InsufficientStock } from '@plinth/catalog-contract'
import { detached, type Id, newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenStock, type Given, givenCatalog, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
})
afterAll(async () => {
  expect(await brokenStock(given)).toEqual([])
  await given[Symbol.asyncDispose]()
})

const reserve = (lines: [Id<'Variant'>, number][], orderId: Id<'Order'> = newId()) =>
  given.call.reserveStock(internal, {
    orderId,
    lines: lines.map(([variantId, quantity]) => ({ variantId, quantity })),
  })
const hundred = Array.from({ length: 100 }, (_, index) => index)

test('of 100 buyers of 10 units exactly 10 get one, and the others are told that there is none left', async () => {
  const [variant] = await given.givenStock(10)
  const outcomes = await Promise.allSettled(hundred.map(() => reserve([[variant.id, 1]])))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(10)
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(InsufficientStock.is(outcome.reason)).toBe(true)
  expect(await given.level(variant.id)).toEqual({ onHand: 10, reserved: 10 })
})

test('whoever comes after the last one was sold is told so at once, and does not wait for those who are being served', async () => {
  const [variant] = await given.givenStock(1)
  await reserve([[variant.id, 1]])
  await given.database.transaction(internal, async inTx => {
    await given.database
      .on(inTx)
      .execute(sql`select from catalog.variant where id = ${variant.id} for no key update`)
    await expect(reserve([[variant.id, 1]])).rejects.toMatchObject({
      code: 'insufficient_stock',
      details: { lines: [{ variantId: variant.id, requested: 1, available: 0 }] },
    })
  })
})

test('orders for the same things in opposite order wait for each other, and none is lost to a deadlock', async () => {
  const variants = await given.givenStock(500, 500, 500, 500)
  const ids = variants.map(({ id }) => id)
  const outcomes = await Promise.allSettled(
    hundred.map(index => {
      const order = index % 2 === 0 ? ids : ids.toReversed()
      return reserve(order.map(id => [id, 1]))
    }),
  )
  expect(outcomes.filter(({ status }) => status === 'rejected')).toEqual([])
  for (const id of ids) expect(await given.level(id)).toEqual({ onHand: 500, reserved: 100 })
})

test('the same order reserved many times at once holds once', async () => {
  const [variant] = await given.givenStock(50)
  const orderId = newId<'Order'>()
  const answers = await Promise.all(hundred.slice(0, 20).map(() => reserve([[variant.id, 3]], orderId)))
  expect(new Set(answers.map(answer => JSON.stringify(answer))).size).toBe(1)
  expect(await given.level(variant.id)).toEqual({ onHand: 50, reserved: 3 })
})

test('a sale, a release and the end of a hold may come at once: the order has its stock or has not', async () => {
  const [first, second] = await given.givenStock(1000, 1000)
  const orders = hundred.slice(0, 40).map(() => newId<'Order'>())
  const lines: [Id<'Variant'>, number][] = [first, second].map(each => [each?.id ?? newId(), 2])
  for (const orderId of orders) await reserve(lines, orderId)
  for (const orderId of orders.slice(0, 20)) await given.runOut(orderId)
  await Promise.all([
    given.expire(),
    ...orders.flatMap(orderId => [
      given.call.sellStock(internal, { orderId }),
      ...(orderId > (orders[29] ?? '') ? [] : [given.call.releaseStock(internal, { orderId })]),
    ]),
  ])
  for (const variant of [first, second])
    expect(await given.level(variant?.id ?? '')).toEqual({ onHand: 980, reserved: 0 })
})

test('detached, a reservation outlives its caller’s rollback, and the release gives the stock back', async () => {
  const [variant] = await given.givenStock(5)
  const far = detached(catalogContract, given.call)
  const orderId = newId<'Order'>()
  const failing = given.database.transaction(internal, async inTx => {
    await far.reserveStock(inTx, { orderId, lines: [{ variantId: variant.id, quantity: 2 }] })
    throw new Error('the caller rolls back')
  })
  await expect(failing).rejects.toThrow('the caller rolls back')
  expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 2 })
  await far.releaseStock(internal, { orderId })
  expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
})

test('detached, a reservation that nobody releases ends by itself', async () => {
  const [variant] = await given.givenStock(5)
  const orderId = newId<'Order'>()
  await reserve([[variant.id, 2]], orderId)
  await given.runOut(orderId)
  await given.expire()
  expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
})

test('joined, a reservation is undone by its caller’s rollback', async () => {
  const [variant] = await given.givenStock(5)
  const failing = given.database.transaction(internal, async inTx => {
    await given.call.reserveStock(inTx, {
      orderId: newId(),
      lines: [{ variantId: variant.id, quantity: 2 }],
    })
    throw new Error('the caller rolls back')
  })
  await expect(failing).rejects.toThrow('the caller rolls back')
  expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
})

test('many expired holds are released in several rounds', async () => {
  const [variant] = await given.givenStock(1000)
  const orders = Array.from({ length: 150 }, () => newId<'Order'>())
  await Promise.all(orders.map(orderId => reserve([[variant.id, 1]], orderId)))
  for (const orderId of orders) await given.runOut(orderId)
  await given.expire()
  expect(await given.level(variant.id)).toEqual({ onHand: 1000, reserved: 0 })
})
