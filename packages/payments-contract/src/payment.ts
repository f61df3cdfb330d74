import { idOf, money } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a payment; also the provider's idempotency key for its one capture. */
export const paymentId = idOf('Payment')

/** How a payment stands. */
export const paymentStatus = z.enum([
  'pending',
  'captured',
  'declined',
  'failed',
  'refund_pending',
  'partially_refunded',
  'refunded',
  'refund_failed',
])

/** See {@link paymentStatus}. */
export type PaymentStatus = z.infer<typeof paymentStatus>

/** The payment of an order. */
export const payment = z.strictObject({
  id: paymentId,
  orderId: idOf('Order'),
  provider: z.string(),
  status: paymentStatus,
  amount: money,
  refunded: money,
})

/** See {@link payment}. */
export type Payment = z.infer<typeof payment>

/**
 * What the provider says. `failed`: it has not charged, and will not, whatever is still under way.
 * `pending`: it is not known yet; ask again.
 */
export const chargeOutcome = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('captured') }),
  z.strictObject({ outcome: z.literal('declined'), reason: z.string() }),
  z.strictObject({ outcome: z.literal('failed'), reason: z.string() }),
  z.strictObject({ outcome: z.literal('pending') }),
])

/** See {@link chargeOutcome}. */
export type ChargeOutcome = z.infer<typeof chargeOutcome>
