/** A cart in a shop whose catalog is somebody else's. */
import assert from 'node:assert/strict'
import { createCart } from '@plinth/cart'
import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import { newId } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { openDoor, pool, send, tokenOf } from './door.ts'

const shirt = {
  productId: newId<'Product'>(),
  sellerId: newId<'User'>(),
  sku: 'LINEN-M',
  title: 'Linen shirt, M',
}
const catalog = fake(catalogContract, {
  getOffers: async (_, { variantIds }) =>
    variantIds.map(variantId => ({
      variantId,
      ...shirt,
      price: { amount: 4900, currency: 'USD' },
      available: 10,
      forSale: true,
    })),
})
const cart = createCart({ pool, neighbours: { catalog }, settings: { currency: 'USD' } })
const { app, url } = await openDoor(cartContract, cart)

const token = tokenOf('user')
const item = { variantId: newId<'Variant'>(), quantity: 2 }
assert.equal((await send(`${url}/v1/cart/items`, { body: item })).status, 401)
const added = await send(`${url}/v1/cart/items`, { token, body: item })
assert.deepEqual(added.body.subtotal, { amount: 9800, currency: 'USD' })
assert.deepEqual((await send(`${url}/v1/cart`, { token })).body, added.body)

await app.close()
await pool[Symbol.asyncDispose]()
