import { idOf, line, money, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of an order. */
export const orderId = idOf('Order')

/** `pending_payment` → `paid` → `fulfilled`; `pending_payment` → `failed`; `pending_payment` or `paid` → `cancelled`. */
export const orderStatus = z.enum(['pending_payment', 'paid', 'fulfilled', 'failed', 'cancelled'])

/** See {@link orderStatus}. */
export type OrderStatus = z.infer<typeof orderStatus>

/** What was bought, at the price charged, under the name it had. */
export const orderLine = z
  .strictObject({
    variantId: idOf('Variant'),
    productId: idOf('Product'),
    sellerId: idOf('User'),
    sku: z.string(),
    title: z.string(),
    quantity: z.int().min(1),
    unitPrice: money,
    lineTotal: money,
  })
  .meta({ id: 'OrderLine' })

/** See {@link orderLine}. */
export type OrderLine = z.infer<typeof orderLine>

/** Where it goes. */
export const shippingAddress = z
  .strictObject({
    name: line(200),
    line1: line(200),
    line2: line(200).optional(),
    city: line(100),
    region: line(100).optional(),
    postalCode: line(20),
    country: z.string().regex(/^[A-Z]{2}$/, 'An ISO 3166-1 alpha-2 code, such as US.'),
  })
  .meta({
    id: 'Address',
    examples: [
      {
        name: 'Ada Lovelace',
        line1: '12 St James Square',
        city: 'London',
        postalCode: 'SW1Y 4JH',
        country: 'GB',
      },
    ],
  })

/** See {@link shippingAddress}. */
export type ShippingAddress = z.infer<typeof shippingAddress>

/** How the payment of an order stands. */
export const orderPayment = z
  .strictObject({
    id: idOf('Payment'),
    provider: z.string(),
    status: z.enum([
      'pending',
      'captured',
      'declined',
      'failed',
      'refund_pending',
      'partially_refunded',
      'refunded',
      'refund_failed',
    ]),
    amount: money,
    refunded: money,
  })
  .meta({ id: 'OrderPayment' })

/** One row for each state the order was in. */
export const orderHistory = z.strictObject({
  status: orderStatus,
  at: timestamp,
  by: z.string().nullable().meta({ description: 'The user who did it, or the part of the shop' }),
  reason: z.string().nullable(),
})

/** An order as its buyer and the admins see it. */
export const order = z
  .strictObject({
    id: orderId,
    number: z.string().meta({ description: 'For people', examples: ['100042'] }),
    status: orderStatus,
    lines: z.array(orderLine),
    subtotal: money,
    total: money,
    shippingAddress,
    payment: orderPayment,
    placedAt: timestamp,
    cancelledAt: timestamp.nullable(),
    history: z.array(orderHistory),
  })
  .meta({ id: 'Order' })

/** See {@link order}. */
export type Order = z.infer<typeof order>
