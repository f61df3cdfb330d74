import { defineContract, idOf, ifMatch, NotFound, operation } from '@plinth/kernel'
import { z } from 'zod'
import { cart, maxQuantity } from './cart.ts'
import * as errors from './errors.ts'
import { cartPermissions as can } from './permissions.ts'

const variantId = idOf('Variant')
const orderId = idOf('Order')
const takenLine = z.strictObject({ variantId, quantity: z.int().min(1) })
const condition = { ifMatch: ifMatch.optional() }

/** All that the world knows of the cart. */
export const cartContract = defineContract({
  name: 'cart',
  permissions: can,
  events: {},
  operations: {
    getCart: operation({
      summary: 'See the cart',
      input: z.strictObject({}),
      output: cart,
      idempotent: true,
      access: [can.useOwn],
    }),
    addItem: operation({
      summary: 'Add so many of a variant to what is there',
      input: z.strictObject({ variantId, quantity: z.int().min(1).max(maxQuantity) }),
      output: cart,
      errors: [NotFound, errors.QuantityLimit, errors.CartFull],
      access: [can.useOwn],
    }),
    setItem: operation({
      summary: 'Say how many of a variant there are; 0 removes it',
      input: z.strictObject({ variantId, quantity: z.int().min(0).max(maxQuantity), ...condition }),
      output: cart,
      errors: [NotFound, errors.CartFull],
      idempotent: true,
      access: [can.useOwn],
    }),
    removeItem: operation({
      summary: 'Remove a variant',
      input: z.strictObject({ variantId, ...condition }),
      output: cart,
      idempotent: true,
      access: [can.useOwn],
    }),
    clearCart: operation({
      summary: 'Empty the cart',
      input: z.strictObject(condition),
      output: z.undefined(),
      idempotent: true,
      access: [can.useOwn],
    }),
    readLines: operation({
      summary: "See what is in a user's cart at this moment, without prices",
      input: z.strictObject({ userId: idOf('User') }),
      output: z.array(takenLine),
      idempotent: true,
      access: 'internal',
    }),
    takeLines: operation({
      summary: "Move the lines of a user's cart into an order; none where the cart is empty",
      input: z.strictObject({ userId: idOf('User'), orderId }),
      output: z.array(takenLine),
      tx: 'joins',
      idempotent: true,
      undoneBy: 'returnLines',
      access: 'internal',
    }),
    returnLines: operation({
      summary:
        'Put the lines that an order took back, added to what is there by now, as far as the limits let; once, and for good',
      input: z.strictObject({ orderId }),
      output: z.undefined(),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
  },
})

/** See {@link cartContract}. */
export type CartContract = typeof cartContract
