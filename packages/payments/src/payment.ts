import { type Id, moneyOf } from '@plinth/kernel'
import type { ChargeOutcome, Payment, PaymentStatus } from '@plinth/payments-contract'

/** A row of `payments.payment`. */
export type PaymentRow = {
  readonly id: Id<'Payment'>
  readonly order_id: Id<'Order'>
  readonly order_number: string
  readonly user_id: Id<'User'>
  readonly provider: string
  readonly token: string | null
  readonly reference: string | null
  readonly amount: number
  readonly currency: string
  readonly status: 'pending' | 'captured' | 'declined' | 'failed'
  readonly reason: string | null
  readonly committed: number
  readonly refunded: number
  readonly refunds_pending: number
  readonly refunds_failed: number
}

/** The payment as others see it. */
export const showPayment = (row: PaymentRow): Payment => ({
  id: row.id,
  orderId: row.order_id,
  provider: row.provider,
  status: statusOf(row),
  amount: moneyOf(row.amount, row.currency),
  refunded: moneyOf(row.refunded, row.currency),
})

/** One word for where a payment and its refunds stand: what needs attention comes before what is done. */
export const statusOf = (
  row: Pick<PaymentRow, 'status' | 'amount' | 'refunded' | 'refunds_pending' | 'refunds_failed'>,
): PaymentStatus => {
  if (row.status !== 'captured') return row.status
  if (row.refunds_pending > 0) return 'refund_pending'
  if (row.refunded > 0 && row.refunded === row.amount) return 'refunded'
  if (row.refunds_failed > 0) return 'refund_failed'
  return row.refunded > 0 ? 'partially_refunded' : 'captured'
}

/** What a settled payment answers to being charged again; undefined while it is not settled. */
export const settledOutcome = ({
  status,
  reason,
}: Pick<PaymentRow, 'status' | 'reason'>): ChargeOutcome | undefined => {
  switch (status) {
    case 'pending':
      return undefined
    case 'captured':
      return { outcome: 'captured' }
    case 'declined':
    case 'failed':
      return { outcome: status, reason: reason ?? status }
  }
}
