import { dataSchemaOf, type Id, newId } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { brokenStock, type Given, givenCatalog, internal } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenCatalog()
})
afterAll(async () => {
  expect(await brokenStock(given)).toEqual([])
  await given[Symbol.asyncDispose]()
})

const reserve = (variantId: Id<'Variant'>, quantity: number, orderId: Id<'Order'> = newId()) =>
  given.call.reserveStock(internal, { orderId, lines: [{ variantId, quantity }] })

describe('catalog.stock-low', () => {
  const alarms = async (variantId: string) => {
    const events = await given.announced('catalog.stock-low', variantId)
    return events.map(data =>
      typeof data === 'object' && data && 'available' in data ? data.available : data,
    )
  }

  test('is announced when what is available falls to the threshold, and not again below it', async () => {
    const [variant] = await given.givenStock(8)
    await reserve(variant.id, 2)
    expect(await alarms(variant.id)).toEqual([])
    await reserve(variant.id, 1)
    await reserve(variant.id, 1)
    expect(await alarms(variant.id)).toEqual([5])
    expect(await given.announced('catalog.stock-low', variant.id)).toEqual([
      {
        variantId: variant.id,
        productId: expect.any(String),
        sellerId: given.seller.id,
        sku: variant.sku,
        available: 5,
      },
    ])
  })

  test('is announced again when it has recovered in between, whatever takes the stock away', async () => {
    const [variant] = await given.givenStock(6)
    const adjust = (delta: number) =>
      given.call.adjustStock(given.selling, { variantId: variant.id, delta, reason: 'Counted' })
    await adjust(-2)
    await adjust(10)
    await reserve(variant.id, 14)
    expect(await alarms(variant.id)).toEqual([4, 0])
  })

  test('is not announced by the sale of what was held, but is by taking an expired hold anew', async () => {
    const [variant] = await given.givenStock(8)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 4, orderId)
    await given.runOut(orderId)
    await given.expire()
    await given.call.sellStock(internal, { orderId })
    await given.call.sellStock(internal, { orderId })
    expect(await alarms(variant.id)).toEqual([4, 4])
  })

  test('is not announced when the step is rolled back', async () => {
    const [variant] = await given.givenStock(6)
    const failing = given.database.transaction(internal, async inTx => {
      await given.call.reserveStock(inTx, {
        orderId: newId(),
        lines: [{ variantId: variant.id, quantity: 6 }],
      })
      throw new Error('the caller rolls back')
    })
    await expect(failing).rejects.toThrow()
    expect(await alarms(variant.id)).toEqual([])
  })
})

test('catalog.product-changed is announced for every change of a product or its variants, and only for those', async () => {
  const { id, variants } = await given.givenProduct({ status: 'draft' })
  const variantId = variants[0]?.id ?? newId<'Variant'>()
  const { updateProduct, updateVariant, archiveProduct } = given.call
  await updateProduct(given.selling, { productId: id, changes: { status: 'published' } })
  await updateProduct(given.selling, { productId: id, changes: {} })
  await updateVariant(given.selling, { variantId, changes: { active: false } })
  await archiveProduct(given.selling, { productId: id })
  await archiveProduct(given.selling, { productId: id })
  const about = { productId: id, sellerId: given.seller.id }
  expect(await given.announced('catalog.product-changed', id)).toEqual(
    ['draft', 'published', 'published', 'archived'].map(status => ({ ...about, status })),
  )
})

describe('orders.cancelled', () => {
  const cancel = async (orderId: Id<'Order'>) => {
    const { cancelled } = ordersContract.events
    const [consumer] = given.catalog.consumers
    const event = {
      specversion: '1.0',
      id: newId(),
      source: '/plinth/orders',
      type: cancelled.type,
      subject: orderId,
      time: new Date().toISOString(),
      datacontenttype: 'application/json',
      dataschema: dataSchemaOf(cancelled),
      data: { ...cancelled.example, orderId },
    }
    const deliver = () => consumer?.read(event).handle(internal, given.database)
    expect([await deliver(), await deliver()]).toEqual(['handled', 'duplicate'])
  }
  const sell = (orderId: Id<'Order'>) => given.call.sellStock(internal, { orderId })

  test('puts what was sold back on the shelf, once', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await sell(orderId)
    await cancel(orderId)
    await cancel(orderId)
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
  })

  test('frees what was held; a sale that was under way then finds nothing', async () => {
    const [variant] = await given.givenStock(5)
    const orderId = newId<'Order'>()
    await reserve(variant.id, 2, orderId)
    await cancel(orderId)
    expect(await sell(orderId)).toEqual({ outcome: 'gone' })
    expect(await given.level(variant.id)).toEqual({ onHand: 5, reserved: 0 })
  })

  test('of an order that never had stock changes nothing', async () => {
    await cancel(newId())
  })
})
