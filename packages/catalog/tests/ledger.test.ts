import { InsufficientStock } from '@plinth/catalog-contract'
import { contextOf, type Id, NotFound, newId, ValidationFailed } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokenStock, type Given, givenCatalog, internal, userWith } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
})
afterAll(() => given[Symbol.asyncDispose]())

const adjust = (variantId: Id<'Variant'>, delta: number, context = given.selling) =>
  given.call.adjustStock(context, { variantId, delta, reason: 'Counted again' })

test('an adjustment answers with the level and leaves a row that says who and why', async () => {
  const [variant] = await given.givenStock(5)
  expect(await adjust(variant.id, 7)).toEqual({ available: 12, onHand: 12, reserved: 0 })
  const { data } = await given.call.listStockMovements(given.selling, { variantId: variant.id, limit: 1 })
  expect(data).toEqual([
    {
      id: expect.any(String),
      kind: 'adjustment',
      delta: 7,
      reason: 'Counted again',
      orderId: null,
      onHand: 12,
      at: expect.stringMatching(/Z$/),
      by: given.seller.id,
    },
  ])
})

test('an adjustment under one key is made once, however often and at the same time it is asked for', async () => {
  const [variant] = await given.givenStock(5)
  const keyed = { ...given.selling, idempotencyKey: newId() }
  const levels = await Promise.all(Array.from({ length: 20 }, () => adjust(variant.id, 7, keyed)))
  expect(new Set(levels.map(({ onHand }) => onHand))).toEqual(new Set([12]))
  expect(await adjust(variant.id, 7, keyed)).toMatchObject({ onHand: 12 })
  expect(await adjust(variant.id, 7, { ...given.selling, idempotencyKey: newId() })).toMatchObject({
    onHand: 19,
  })
})

test('the audit tells of adjustments that were made, and of prices that were changed, and by whom', async () => {
  const [variant] = await given.givenStock(5)
  await adjust(variant.id, 7)
  await expect(adjust(variant.id, -100)).rejects.toSatisfy(InsufficientStock.is)
  const price = { amount: 5900, currency: 'USD' }
  const change = (changes: { price?: typeof price; title?: string }) =>
    given.call.updateVariant(given.admin, { variantId: variant.id, changes })
  await change({ price })
  await change({ price, title: 'Red' })
  expect(await given.audited(variant.id)).toEqual([
    [expect.any(String), 'catalog.price-changed', { from: variant.price, to: price }],
    [given.seller.id, 'catalog.stock-adjusted', { delta: 7, onHand: 12 }],
  ])
})

test('a key whose adjustment was refused, or is a day old, may be used again', async () => {
  const [variant] = await given.givenStock(5)
  const keyed = { ...given.selling, idempotencyKey: newId() }
  await expect(adjust(variant.id, -6, keyed)).rejects.toSatisfy(InsufficientStock.is)
  expect(await adjust(variant.id, 1, keyed)).toMatchObject({ onHand: 6 })
  await given.rows(sql`update catalog.adjustment_key set created_at = now() - interval '25 hours'
                        where key = ${keyed.idempotencyKey}`)
  expect(await adjust(variant.id, 1, keyed)).toMatchObject({ onHand: 7 })
})

test('what is reserved cannot be taken away', async () => {
  const [variant] = await given.givenStock(5)
  const lines = [{ variantId: variant.id, quantity: 3 }]
  await given.call.reserveStock(internal, { orderId: newId(), lines })
  const refusal = await adjust(variant.id, -3).catch((error: unknown) => error)
  expect(InsufficientStock.is(refusal) && refusal.details.lines).toEqual([
    { variantId: variant.id, requested: 3, available: 2 },
  ])
  expect(await adjust(variant.id, -2)).toEqual({ available: 0, onHand: 3, reserved: 3 })
})

test('there is a limit to what may be on hand, and it is said', async () => {
  const [variant] = await given.givenStock(1_000_000)
  await given.rows(sql`update catalog.variant set on_hand = 1000000000 where id = ${variant.id}`)
  const refusal = await adjust(variant.id, 1).catch((error: unknown) => error)
  expect(ValidationFailed.is(refusal) && refusal.details.errors[0]).toMatchObject({ pointer: '/delta' })
  await given.rows(sql`update catalog.variant set on_hand = 1000000 where id = ${variant.id}`)
})

test('an admin may adjust anybody’s stock; for another seller there is no such variant', async () => {
  const [variant] = await given.givenStock(5)
  expect(await adjust(variant.id, 1, given.admin)).toMatchObject({ onHand: 6 })
  const other = contextOf(userWith('seller'))
  expect(NotFound.is(await adjust(variant.id, 1, other).catch((error: unknown) => error))).toBe(true)
  const ledger = given.call.listStockMovements(other, { variantId: variant.id, limit: 10 })
  expect(NotFound.is(await ledger.catch((error: unknown) => error))).toBe(true)
})

test('the ledger is paged newest first, each row once', async () => {
  const [variant] = await given.givenStock(0)
  for (const delta of [1, 2, 3, 4]) await adjust(variant.id, delta)
  const deltas: number[] = []
  let cursor: string | undefined
  do {
    const page = await given.call.listStockMovements(given.selling, {
      variantId: variant.id,
      limit: 2,
      ...(cursor !== undefined && { cursor }),
    })
    deltas.push(...page.data.map(({ delta }) => delta))
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  expect(deltas).toEqual([4, 3, 2, 1, 0])
})

const order = fc.nat({ max: 4 })
const step = fc.oneof(
  fc.record({
    kind: fc.constant('adjust' as const),
    which: fc.nat({ max: 2 }),
    by: fc.integer({ min: -9, max: 9 }),
  }),
  fc.record({
    kind: fc.constant('reserve' as const),
    order,
    lines: fc.array(fc.record({ which: fc.nat({ max: 2 }), quantity: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 1,
      maxLength: 3,
    }),
  }),
  fc.record({ kind: fc.constant('sell' as const), order }),
  fc.record({ kind: fc.constant('release' as const), order }),
  // A hold runs out at one moment, and is released at a later one: anything may happen in between.
  fc.record({ kind: fc.constant('run out' as const), order }),
  fc.record({ kind: fc.constant('expire' as const), order }),
)

test('after any steps the ledger adds up to what is on hand, open holds to what is reserved, nothing is negative', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), fc.boolean(), async (steps, atOnce) => {
      const variants = await given.givenStock(6, 3, 0)
      const orders = Array.from({ length: 5 }, () => newId<'Order'>())
      const idOf = (which: number) => variants[which]?.id ?? newId<'Variant'>()
      const orderOf = (which: number) => orders[which] ?? newId<'Order'>()
      const take = async (each: (typeof steps)[number]): Promise<unknown> => {
        if (each.kind === 'adjust') return each.by !== 0 && adjust(idOf(each.which), each.by)
        const orderId = orderOf(each.order)
        if (each.kind === 'sell') return given.call.sellStock(internal, { orderId })
        if (each.kind === 'release') return given.call.releaseStock(internal, { orderId })
        if (each.kind === 'run out') return given.runOut(orderId)
        if (each.kind === 'expire') {
          await given.runOut(orderId)
          return given.expire()
        }
        const lines = each.lines.map(({ which, quantity }) => ({ variantId: idOf(which), quantity }))
        return given.call.reserveStock(internal, { orderId, lines })
      }
      const expected = (error: unknown) => {
        const code = error instanceof Error && 'code' in error ? error.code : error
        expect(['insufficient_stock', 'item_unavailable']).toContain(code)
      }
      if (atOnce) await Promise.all(steps.map(each => take(each).then(() => undefined, expected)))
      else for (const each of steps) await take(each).then(() => undefined, expected)
      expect(await brokenStock(given)).toEqual([])
    }),
    { numRuns: 40 },
  )
}, 30_000)
