import { InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import { contextOf, newId, sum } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aProduct, aVariant, brokenStock, type Given, givenCatalog, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
})
afterAll(async () => {
  expect(await brokenStock(given)).toEqual([])
  await given[Symbol.asyncDispose]()
})

const level = async (variantId: string) => {
  const [row] = await given.rows<{ onHand: number; reserved: number }>(
    sql`select on_hand as "onHand", reserved from catalog.variant where id = ${variantId}`,
  )
  return row
}
const one = async (stock: number) => {
  const [variant] = await given.givenStock(stock)
  if (variant === undefined) throw new Error('no variant')
  return variant
}
const reserve = (
  variantId: Awaited<ReturnType<typeof one>>['id'],
  quantity: number,
  orderId = newId<'Order'>(),
) => given.call.reserveStock(internal, { orderId, lines: [{ variantId, quantity }] })
const runOut = (orderId: string) =>
  given.rows(
    sql`update catalog.reservation set expires_at = now() - interval '1 s' where order_id = ${orderId}`,
  )
const expire = async () => {
  const [job] = given.catalog.jobs
  await using _running = job?.start((await import('@plinth/telemetry')).silentLogger)
  await new Promise(resolve => setTimeout(resolve, 100))
}

describe('reserving', () => {
  test('holds every line and answers with what it costs, in the order given', async () => {
    const product = await given.givenProduct(
      aProduct({
        title: 'Mug',
        variants: [
          aVariant({ sku: 'MUG-S', title: 'small', price: { amount: 900, currency: 'USD' } }),
          aVariant({ sku: 'MUG-L', price: { amount: 1300, currency: 'USD' } }),
        ],
      }),
    )
    const [small, large] = product.variants
    if (!small || !large) throw new Error('two variants')
    const held = await given.call.reserveStock(internal, {
      orderId: newId(),
      lines: [
        { variantId: large.id, quantity: 2 },
        { variantId: small.id, quantity: 3 },
      ],
    })
    const about = { productId: product.id, sellerId: product.sellerId }
    expect(held.lines).toEqual([
      {
        ...about,
        variantId: large.id,
        sku: 'MUG-L',
        title: 'Mug',
        quantity: 2,
        unitPrice: { amount: 1300, currency: 'USD' },
        lineTotal: { amount: 2600, currency: 'USD' },
      },
      {
        ...about,
        variantId: small.id,
        sku: 'MUG-S',
        title: 'Mug, small',
        quantity: 3,
        unitPrice: { amount: 900, currency: 'USD' },
        lineTotal: { amount: 2700, currency: 'USD' },
      },
    ])
    expect(await level(small.id)).toEqual({ onHand: 10, reserved: 3 })
  })
})
