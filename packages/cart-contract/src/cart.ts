import { idOf, money, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a cart. */
export const cartId = idOf('Cart')

/** How many of a variant a line may hold. */
export const maxQuantity = 999

/** How many lines a cart may hold. */
export const maxLines = 100

/** A variant in the cart, priced as it is now. */
export const cartLine = z
  .strictObject({
    variantId: idOf('Variant'),
    productId: idOf('Product').nullable(),
    sku: z.string().nullable(),
    title: z.string().nullable(),
    quantity: z.int().min(1).max(maxQuantity),
    unitPrice: money.nullable().meta({ description: 'Null when it is unavailable' }),
    lineTotal: money.nullable().meta({ description: 'Null when it is unavailable' }),
    available: z.int().min(0),
    problem: z.enum(['unavailable', 'insufficient_stock']).nullable(),
  })
  .meta({ id: 'CartLine' })

/** See {@link cartLine}. */
export type CartLine = z.infer<typeof cartLine>

/** What somebody means to buy. It holds quantities, not stock. */
export const cart = z
  .strictObject({
    id: cartId,
    lines: z.array(cartLine),
    itemCount: z.int().min(0).meta({ description: 'Sum of the quantities' }),
    subtotal: money.meta({ description: 'Of the lines that are available' }),
    updatedAt: timestamp,
  })
  .meta({ id: 'Cart' })

/** See {@link cart}. */
export type Cart = z.infer<typeof cart>
