import { event, idOf, money, newId, timestamp } from '@plinth/kernel'
import { z } from 'zod'
import { orderId, orderLine } from './order.ts'

const about = { orderId, number: z.string(), userId: idOf('User'), total: money }
const exampleAbout = {
  orderId: newId<'Order'>(),
  number: '100042',
  userId: newId<'User'>(),
  total: { amount: 4900, currency: 'USD' },
}
const exampleLine = {
  variantId: newId<'Variant'>(),
  productId: newId<'Product'>(),
  sellerId: newId<'User'>(),
  sku: 'LINEN-M',
  title: 'Linen shirt, M',
  quantity: 1,
  unitPrice: { amount: 4900, currency: 'USD' },
  lineTotal: { amount: 4900, currency: 'USD' },
}

/** An order is paid: it will be kept. */
export const placed = event('orders.placed', {
  summary: 'An order was placed and paid.',
  data: z.strictObject({ ...about, lines: z.array(orderLine), placedAt: timestamp }),
  example: { ...exampleAbout, lines: [exampleLine], placedAt: '2026-11-23T08:00:00.000Z' },
  mandatory: true,
})

/** An order is cancelled: what was reserved or sold goes back, what was captured is refunded. */
export const cancelled = event('orders.cancelled', {
  summary: 'An order was cancelled.',
  data: z.strictObject({
    ...about,
    lines: z.array(orderLine),
    reason: z.string().nullable(),
    wasPaid: z.boolean().meta({ description: 'Whether the order was paid when it was cancelled' }),
    cancelledAt: timestamp,
  }),
  example: {
    ...exampleAbout,
    lines: [exampleLine],
    reason: 'Changed my mind',
    wasPaid: true,
    cancelledAt: '2026-11-23T08:05:00.000Z',
  },
  mandatory: true,
})

/** Every line of an order is on its way. */
export const fulfilled = event('orders.fulfilled', {
  summary: 'All lines of an order are fulfilled.',
  data: z.strictObject({ ...about, fulfilledAt: timestamp }),
  example: { ...exampleAbout, fulfilledAt: '2026-11-24T08:00:00.000Z' },
})
