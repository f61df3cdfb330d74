/** Orders in a shop whose cart, catalog and payments are somebody else's. */
import assert from 'node:assert/strict'
import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import { newId } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { createOrders } from '@plinth/orders'
import { ordersContract } from '@plinth/orders-contract'
import { type Payment, paymentsContract } from '@plinth/payments-contract'
import { logger, openDoor, pool, send, tokenOf } from './door.ts'

const price = { amount: 4900, currency: 'USD' }
const line = { variantId: newId<'Variant'>(), quantity: 1 }
const offer = {
  productId: newId<'Product'>(),
  sellerId: newId<'User'>(),
  sku: 'LINEN-M',
  title: 'Linen shirt',
}
const payments = new Map<string, Payment>()

const orders = createOrders({
  pool,
  logger,
  neighbours: {
    cart: fake(cartContract, { takeLines: async () => [line] }),
    catalog: fake(catalogContract, {
      reserveStock: async () => ({
        expiresAt: new Date(Date.now() + 900_000).toISOString(),
        lines: [{ ...line, ...offer, unitPrice: price, lineTotal: price }],
      }),
      sellStock: async () => ({ outcome: 'sold' }),
    }),
    payments: fake(paymentsContract, {
      createPayment: async (_, { paymentId: id, orderId, amount, provider }) => {
        const refunded = { amount: 0, currency: amount.currency }
        const payment: Payment = { id, orderId, amount, provider, refunded, status: 'pending' }
        payments.set(id, payment)
        return payment
      },
      charge: async () => ({ outcome: 'captured' }),
      settle: async (_, { paymentId }) => {
        const payment = payments.get(paymentId)
        assert(payment)
        payments.set(paymentId, { ...payment, status: 'captured' })
        return { ...payment, status: 'captured' }
      },
      getPayments: async (_, { orderIds }) =>
        [...payments.values()].filter(({ orderId }) => orderIds.includes(orderId)),
    }),
  },
  settings: { reservationTtlSeconds: 900, maxOpenOrders: 10, paymentProvider: 'sandbox' },
})
const { app, url } = await openDoor(ordersContract, orders)

const token = tokenOf('user')
const checkout = {
  token,
  headers: { 'idempotency-key': 'once' },
  body: {
    shippingAddress: {
      name: 'Ada Lovelace',
      line1: '12 St James Square',
      city: 'London',
      postalCode: 'SW1Y 4JH',
      country: 'GB',
    },
    payment: { provider: 'sandbox', token: 'tok_approved' },
  },
}
const placed = await send(`${url}/v1/checkout`, checkout)
assert.deepEqual([placed.status, placed.body.status, placed.body.total], [201, 'paid', price])
const again = await send(`${url}/v1/checkout`, checkout)
assert.deepEqual(again.body, placed.body)
const listed = await send(`${url}/v1/orders`, { token })
assert.deepEqual(listed.body.data, [placed.body])
assert.equal((await send(`${url}/v1/orders/${placed.body.id}`, { token: tokenOf('user') })).status, 404)

await app.close()
await pool[Symbol.asyncDispose]()
