import { randomUUID } from 'node:crypto'
import { cart } from '@plinth/cart-contract'
import { type Product, product, type Variant } from '@plinth/catalog-contract'
import { pageOf } from '@plinth/kernel'
import { type Order, order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import type { Answer, Client } from './client.ts'
import { comingAgain } from './coming-again.ts'

/** Something on sale, in one variant. */
export interface Offer {
  readonly product: Product
  readonly variant: Variant
}

const shippingAddress = {
  name: 'Ada Moreau',
  line1: '12 St James Square',
  city: 'London',
  postalCode: 'SW1Y 4JH',
  country: 'GB',
}

/** A seller puts a product with one variant on sale. */
export const offer = async (
  seller: Client,
  { title = 'Linen shirt', stock = 10, amount = 4900 } = {},
): Promise<Offer> => {
  const answer = await seller.post('/v1/products', {
    title,
    description: 'Light, loose, made to last.',
    status: 'published',
    variants: [{ sku: `SKU-${randomUUID()}`, price: { amount, currency: 'USD' }, stock }],
  })
  const made = answer.expect(201, product)
  const [variant] = made.variants
  if (variant === undefined) throw new Error('a product without a variant')
  return { product: made, variant }
}

/** What can be bought of a seller's offer at this moment; what everybody is shown may be seconds old. */
export const available = async (seller: Client, { variant: { id } }: Offer): Promise<number | undefined> => {
  const { data } = (await seller.get('/v1/seller/products?limit=100')).expect(200, pageOf(product))
  return data.flatMap(each => each.variants).find(each => each.id === id)?.available
}

/** Puts so many of an offer into the cart. */
export const putIntoCart = async (buyer: Client, { variant }: Offer, quantity = 1) =>
  (await buyer.post('/v1/cart/items', { variantId: variant.id, quantity })).expect(200, cart)

/** What a checkout says but for its key. */
export const checkoutWith = (token: string) => ({ shippingAddress, payment: { provider: 'sandbox', token } })

/** Checks out what is in the cart. */
export const checkout = (
  buyer: Client,
  token = 'tok_approved',
  key: string = randomUUID(),
): Promise<Answer> => buyer.post('/v1/checkout', checkoutWith(token), { key })

/**
 * Checks out as a client does that does not give up: told to come again, and when, it does, with the same key, until it
 * is known what became of it. Gives the last answer.
 */
export const checkoutToTheEnd = (
  buyer: Client,
  { token = 'tok_approved', key = String(randomUUID()), within = 200_000 } = {},
): Promise<Answer> =>
  comingAgain(() => checkout(buyer, token, key), { isYetToCome: ({ status }) => status === 202, within })

/** Buys so many of an offer, and gives the paid order. */
export const buy = async (buyer: Client, wanted: Offer, quantity = 1, token?: string): Promise<Order> => {
  await putIntoCart(buyer, wanted, quantity)
  return (await checkout(buyer, token)).expect(201, order)
}

/** Cancels an order. */
export const cancel = async (buyer: Client, { id }: Order): Promise<Order> =>
  (await buyer.post(`/v1/orders/${id}/cancel`, { reason: 'Changed my mind' })).expect(200, order)

/** The order as it stands. */
export const lookAt = async (buyer: Client, { id }: Pick<Order, 'id'>): Promise<Order> =>
  (await buyer.get(`/v1/orders/${id}`)).expect(200, order)

/** Waits until the payment of an order stands as named. */
export const paymentComesTo = (
  buyer: Client,
  which: Pick<Order, 'id'>,
  status: Order['payment']['status'],
  within = 15_000,
): Promise<Order> =>
  eventually(
    async () => {
      const found = await lookAt(buyer, which)
      if (found.payment.status !== status) throw new Error(`the payment is ${found.payment.status}`)
      return found
    },
    { within, every: 50 },
  )
