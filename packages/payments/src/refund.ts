import { type Id, moneyOf } from '@plinth/kernel'
import type { Refund } from '@plinth/payments-contract'

/** A row of `payments.refund`. */
export type RefundRow = {
  readonly id: Id<'Refund'>
  readonly payment_id: Id<'Payment'>
  readonly order_id: Id<'Order'>
  readonly amount: number
  readonly currency: string
  readonly status: Refund['status']
  readonly attempts: number
  readonly next_attempt_at: Date | null
  readonly last_error: string | null
}

/** The refund as others see it. */
export const showRefund = (row: RefundRow): Refund => ({
  id: row.id,
  orderId: row.order_id,
  paymentId: row.payment_id,
  amount: moneyOf(row.amount, row.currency),
  status: row.status,
  attempts: row.attempts,
  nextAttemptAt: row.next_attempt_at?.toISOString() ?? null,
  lastError: row.last_error,
})

/** How often a refund is tried before an admin has to look. */
export const maxAttempts = 6

/**
 * Milliseconds until the next try, after so many: from one second, doubling, a quarter more or less so
 * that refunds that failed together do not come back together.
 *
 * @param dice between 0 and 1
 */
export const backoffAfter = (attempts: number, dice: number): number =>
  Math.round(1000 * 2 ** (attempts - 1) * (0.75 + dice / 2))
