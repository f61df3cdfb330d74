import { randomUUID } from 'node:crypto'
import { cart } from '@plinth/cart-contract'
import { product } from '@plinth/catalog-contract'
import type { Client, Request } from './client.ts'

/** A seller puts a product with one variant on sale; the variant's id. */
export const offer = async (seller: Client, { stock = 1000, amount = 4900 } = {}): Promise<string> => {
  const body = {
    title: 'Linen shirt',
    description: 'Light, loose, made to last.',
    status: 'published',
    variants: [{ sku: `SKU-${randomUUID()}`, price: { amount, currency: 'USD' }, stock }],
  }
  const request = { method: 'POST', path: '/v1/products', body, key: randomUUID() } as const
  const [variant] = (await seller.get(request, 201, product)).variants
  if (variant === undefined) throw new Error('a product without a variant')
  return variant.id
}

/** That so many of a variant lie in the cart. */
export const inCart = (variantId: string, quantity = 1): Request => ({
  method: 'PUT',
  path: `/v1/cart/items/${variantId}`,
  body: { quantity },
})

/** Sees to it that so many of a variant lie in the cart. */
export const putIntoCart = (buyer: Client, variantId: string, quantity = 1) =>
  buyer.get(inCart(variantId, quantity), 200, cart)

/** A checkout of what is in the cart. */
export const checkout = ({ token = 'tok_approved', key = randomUUID() } = {}): Request => ({
  intent: 'checkout',
  method: 'POST',
  path: '/v1/checkout',
  key,
  body: {
    shippingAddress: {
      name: 'Ada Moreau',
      line1: '12 St James Square',
      city: 'London',
      postalCode: 'SW1Y 4JH',
      country: 'GB',
    },
    payment: { provider: 'sandbox', token },
  },
})

/** A cancellation of an order. */
export const cancel = (orderId: string): Request => ({
  intent: 'cancel',
  method: 'POST',
  path: `/v1/orders/${orderId}/cancel`,
  key: randomUUID(),
  body: { reason: 'Changed my mind' },
})

/** A change of what is on hand, whose reason is its key: so it can be found in the ledger. */
export const adjustStock = (variantId: string, delta: number, key = randomUUID()): Request => ({
  intent: 'adjust',
  method: 'POST',
  path: `/v1/variants/${variantId}/stock-adjustments`,
  key,
  body: { delta, reason: key },
})
