import { idOf, money, timestamp } from '@plinth/kernel'
import { z } from 'zod'
import { paymentId } from './payment.ts'

/** Id of a refund; also the provider's idempotency key for it. */
export const refundId = idOf('Refund')

/** How a refund stands. */
export const refundStatus = z.enum(['pending', 'succeeded', 'failed'])

/** Money on its way back. */
export const refund = z
  .strictObject({
    id: refundId,
    orderId: idOf('Order'),
    paymentId,
    amount: money,
    status: refundStatus,
    attempts: z.int().min(0),
    nextAttemptAt: timestamp.nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'Refund' })

/** See {@link refund}. */
export type Refund = z.infer<typeof refund>
