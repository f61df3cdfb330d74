/** A catalog in a shop of somebody else's. */
import assert from 'node:assert/strict'
import { createMemoryCache } from '@plinth/cache'
import { createCatalog } from '@plinth/catalog'
import { catalogContract } from '@plinth/catalog-contract'
import { contextOf, local, newId, service } from '@plinth/kernel'
import { openDoor, pool, send, tokenOf } from './door.ts'

const cache = createMemoryCache()
const settings = { currency: 'USD', reservationTtlSeconds: 900, stockLowThreshold: 5 }
const catalog = createCatalog({ pool, cache, settings })
const { app, url } = await openDoor(catalogContract, catalog)

const made = await send(`${url}/v1/products`, {
  token: tokenOf('seller'),
  body: {
    title: 'Linen shirt',
    description: 'Light, loose, made to last.',
    status: 'published',
    variants: [{ sku: 'LINEN-M', price: { amount: 4900, currency: 'USD' }, stock: 3 }],
  },
})
assert.equal(made.status, 201)
const found = await send(`${url}/v1/products?q=linen`)
assert.deepEqual(
  found.body.data.map(({ id }: { id: string }) => id),
  [made.body.id],
)

// What the orders of somebody else would call.
const stock = local(catalogContract, catalog.operations)
const orders = contextOf(service('orders'))
const lines = [{ variantId: made.body.variants[0].id, quantity: 2 }]
const orderId = newId<'Order'>()
await stock.reserveStock(orders, { orderId, lines })
assert.deepEqual(await stock.sellStock(orders, { orderId }), { outcome: 'sold' })
await assert.rejects(stock.reserveStock(orders, { orderId: newId<'Order'>(), lines }), {
  code: 'insufficient_stock',
})

await app.close()
await cache[Symbol.asyncDispose]()
await pool[Symbol.asyncDispose]()
