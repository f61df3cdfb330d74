import { randomUUID } from 'node:crypto'
import type { Data } from './data.ts'
import type { LoadRequest } from './load-process.ts'

/** One thing that is measured: the bare limit of it, and Plinth doing it. */
export interface Scenario {
  readonly name: string
  /** The least that Plinth's rate is to be, as a part of the limit's. */
  readonly target: number
  readonly limit: Side
  readonly plinth: Side
}

/** One side of a scenario. */
export interface Side {
  /** What is sent in one round, made anew for each. */
  readonly requests: (round: number) => Promise<readonly LoadRequest[]>
  /** Whether the requests are sent from the start again when all are through. */
  readonly again: boolean
  /** Runs before each round. */
  readonly prepare?: () => Promise<void>
}

/** What scenarios are made of. */
export interface Parts {
  readonly data: Data
  /** The Authorization header of each buyer. */
  readonly authorizations: readonly string[]
  /** An account that can sign in. */
  readonly credentials: { readonly email: string; readonly password: string }
}

const json = { 'content-type': 'application/json' }
const counting = (count: number) => Array.from({ length: count }, (_, n) => n)
const one = (request: LoadRequest): Side => ({ requests: async () => [request], again: true })
/** No two requests of a run ask for the same. */
const each = (request: (n: number) => LoadRequest, count = 20_000): Side => ({
  requests: async round => counting(count).map(n => request(round * count + n)),
  again: true,
})

/** Everything there is to measure with requests. */
export const scenariosOf = ({ data, authorizations, credentials }: Parts): Scenario[] => {
  const { productIds, variantIds } = data
  const someProduct = productIds[0] ?? ''
  const productAt = (n: number) => productIds[n % productIds.length] ?? ''
  const limitCheckout = (path: string, hot: boolean): Side =>
    each(
      n => ({
        method: 'POST',
        path,
        headers: json,
        body: JSON.stringify({ productId: hot ? 1 : 1 + (n % 1000) }),
      }),
      5_000,
    )
  const plinthCheckout = (hot: boolean): Side => ({
    prepare: () => data.fillCarts(hot ? 'one' : 'all'),
    requests: async () => authorizations.map(checkoutOf),
    again: false,
  })
  return [
    {
      name: 'list warm',
      target: 0.6,
      limit: one({ path: '/static' }),
      plinth: one({ path: '/v1/products' }),
    },
    {
      name: 'detail warm',
      target: 0.6,
      limit: one({ path: '/static' }),
      plinth: one({ path: `/v1/products/${someProduct}` }),
    },
    {
      // What it costs to be Plinth at all: the limit serializes one product, and does nothing else.
      name: 'detail warm, beside one product',
      target: 0,
      limit: one({ path: '/static-detail' }),
      plinth: one({ path: `/v1/products/${someProduct}` }),
    },
    {
      name: 'list cold',
      target: 0.6,
      limit: each(n => ({ path: `/list?minPrice=${n % 1900}` })),
      plinth: each(n => ({ path: `/v1/products?minPrice=${n % 1900}&maxPrice=${1_000_000 + n}` })),
    },
    {
      name: 'detail cold',
      target: 0.6,
      limit: each(n => ({ path: `/detail/${productAt(n)}` })),
      plinth: each(n => ({ path: `/v1/products/${productAt(n)}` })),
    },
    {
      name: 'checkout',
      target: 0.5,
      limit: limitCheckout('/checkout', false),
      plinth: plinthCheckout(false),
    },
    {
      name: 'checkout hot',
      target: 0.6,
      limit: limitCheckout('/checkout', true),
      plinth: plinthCheckout(true),
    },
    {
      name: 'checkout in one statement',
      target: 0,
      limit: limitCheckout('/checkout-one-statement', false),
      plinth: plinthCheckout(false),
    },
    {
      name: 'cart add',
      target: 0.5,
      limit: each(
        n => ({
          method: 'POST',
          path: '/cart',
          headers: json,
          body: JSON.stringify({ userId: n % authorizations.length, productId: 1 + (n % 1000) }),
        }),
        8_000,
      ),
      plinth: each(
        n => ({
          method: 'POST',
          path: '/v1/cart/items',
          headers: { ...json, authorization: authorizations[n % authorizations.length] ?? '' },
          body: JSON.stringify({ variantId: variantIds[n % variantIds.length], quantity: 1 }),
        }),
        8_000,
      ),
    },
    {
      name: 'sign-in',
      target: 0.9,
      limit: one({ path: '/argon2' }),
      plinth: one({
        method: 'POST',
        path: '/v1/auth/login',
        headers: json,
        body: JSON.stringify(credentials),
      }),
    },
  ]
}

/** Buys what is in the cart of whom the token speaks for. */
export const checkoutOf = (authorization: string): LoadRequest => ({
  method: 'POST',
  path: '/v1/checkout',
  headers: { ...json, authorization, 'idempotency-key': randomUUID() },
  body: checkoutBody,
})

const checkoutBody = JSON.stringify({
  shippingAddress: {
    name: 'Ada Moreau',
    line1: '12 St James Square',
    city: 'London',
    postalCode: 'SW1Y 4JH',
    country: 'GB',
  },
  payment: { provider: 'sandbox', token: 'tok_approved' },
})
