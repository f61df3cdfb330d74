import { money, timestamp } from '@plinth/kernel'
import { z } from 'zod'
import { orderId, orderLine, orderStatus, shippingAddress } from './order.ts'

/** A line as its seller sees it. */
export const saleLine = z
  .strictObject({ ...orderLine.shape, status: z.enum(['open', 'fulfilled', 'cancelled']) })
  .meta({ id: 'SaleLine' })

/** An order as one of its sellers sees it: the seller's own lines, and where to send them. */
export const sale = z
  .strictObject({
    id: orderId,
    number: z.string(),
    status: orderStatus,
    lines: z.array(saleLine),
    subtotal: money.meta({ description: "Of the seller's own lines" }),
    shippingAddress,
    placedAt: timestamp,
  })
  .meta({ id: 'Sale' })

/** See {@link sale}. */
export type Sale = z.infer<typeof sale>
