import type { Id } from '@plinth/kernel'
import type { PaymentRow } from './payment.ts'

/**
 * Payments that this process has written down a moment ago, as they were then: what comes next for them, which is
 * nearly always here, need not read them again. Nothing that may change is taken from it but by whoever asks
 * PostgreSQL whether it still holds.
 */
export interface OpenedPayments {
  /** Called once the payment is committed. */
  add(row: PaymentRow): void
  /** The payment, for what about it never changes. */
  get(paymentId: Id<'Payment'>): PaymentRow | undefined
  /** The payment for whoever is the first to ask the provider about it: that one is counted already. For one caller. */
  takeFirstAsk(paymentId: Id<'Payment'>): PaymentRow | undefined
  /** It is settled. */
  forget(paymentId: Id<'Payment'>): void
}

/** See {@link OpenedPayments}. Those that are never asked about here make room for later ones. */
export const createOpenedPayments = (): OpenedPayments => {
  const payments = new Map<Id<'Payment'>, { readonly row: PaymentRow; asked: boolean }>()
  return {
    add(row) {
      payments.set(row.id, { row, asked: false })
      if (payments.size <= most) return
      for (const oldest of payments.keys()) {
        payments.delete(oldest)
        break
      }
    },
    get: paymentId => payments.get(paymentId)?.row,
    takeFirstAsk(paymentId) {
      const opened = payments.get(paymentId)
      if (opened === undefined || opened.asked) return undefined
      opened.asked = true
      return opened.row
    },
    forget: paymentId => void payments.delete(paymentId),
  }
}

const most = 1_000
