import type { CartContract } from '@plinth/cart-contract'
import { cart, cartContract, maxQuantity } from '@plinth/cart-contract'
import { route } from '@plinth/http'
import { type Implementation, idOf } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = cartContract
const variantId = idOf('Variant')
const oneLine = z.strictObject({ variantId })
const tag = 'Cart'

/** The public routes of the cart. */
export const cartRoutes =
  (operations: Implementation<CartContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    route(app, {
      method: 'GET',
      path: '/v1/cart',
      id: 'getCart',
      tag,
      operation: contract.getCart,
      responses: { 200: cart },
      etag: true,
      handle: async ({ context }) => ({ status: 200, body: await operations.getCart(context, {}) }),
    })
    route(app, {
      method: 'POST',
      path: '/v1/cart/items',
      id: 'addCartItem',
      tag,
      operation: contract.addItem,
      body: contract.addItem.input,
      responses: { 200: cart },
      etag: true,
      handle: async ({ context, body }) => ({ status: 200, body: await operations.addItem(context, body) }),
    })
    route(app, {
      method: 'PUT',
      path: '/v1/cart/items/:variantId',
      id: 'setCartItem',
      tag,
      operation: contract.setItem,
      params: oneLine,
      body: z
        .strictObject({ quantity: z.int().min(0).max(maxQuantity) })
        .meta({ examples: [{ quantity: 2 }] }),
      responses: { 200: cart },
      etag: true,
      handle: async ({ context, params, body, ifMatch }) => ({
        status: 200,
        body: await operations.setItem(context, { ...params, ...body, ...ifMatch }),
      }),
    })
    route(app, {
      method: 'DELETE',
      path: '/v1/cart/items/:variantId',
      id: 'removeCartItem',
      tag,
      operation: contract.removeItem,
      params: oneLine,
      responses: { 200: cart },
      etag: true,
      handle: async ({ context, params, ifMatch }) => ({
        status: 200,
        body: await operations.removeItem(context, { ...params, ...ifMatch }),
      }),
    })
    route(app, {
      method: 'DELETE',
      path: '/v1/cart',
      id: 'clearCart',
      tag,
      operation: contract.clearCart,
      responses: { 204: null },
      etag: true,
      handle: async ({ context, ifMatch }) => {
        await operations.clearCart(context, ifMatch)
        return { status: 204 }
      },
    })
  }
