import type { Id, Money } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import type { Verdict } from './books.ts'
import type { Note } from './journal-note.ts'

/** What the notes of a sandbox add up to. */
export interface JournalState {
  readonly payments: Map<Id<'Payment'>, JudgedPayment>
  readonly refunds: Map<Id<'Refund'>, { readonly tries: number; readonly succeeded: boolean }>
  /** Captures and refunds, oldest first. */
  readonly entries: JournalEntry[]
  mode: 'up' | 'down'
}

/** A payment that was decided about. */
export interface JudgedPayment extends Verdict {
  readonly orderId: Id<'Order'>
  readonly token: string
  readonly amount: Money
  /** In minor units. */
  readonly refunded: number
}

/** Before the first note. */
export const emptyState = (): JournalState => ({
  payments: new Map(),
  refunds: new Map(),
  entries: [],
  mode: 'down',
})

/** Adds one note. */
export const apply = (state: JournalState, made: Note): void => {
  switch (made.did) {
    case 'judged': {
      const { at, did, paymentId, ...judged } = made
      state.payments.set(paymentId, { ...judged, refunded: 0 })
      if (made.state !== 'captured') return
      state.entries.push(entryOf(made, { orderId: made.orderId, refundId: null }))
      return
    }
    case 'tried': {
      const { tries, succeeded } = state.refunds.get(made.refundId) ?? { tries: 0, succeeded: false }
      state.refunds.set(made.refundId, { tries: tries + 1, succeeded })
      return
    }
    case 'refunded': {
      const payment = state.payments.get(made.paymentId)
      if (payment === undefined) throw new Error(`a refund of payment ${made.paymentId}, which there is not`)
      state.payments.set(made.paymentId, { ...payment, refunded: payment.refunded + made.amount.amount })
      const { tries } = state.refunds.get(made.refundId) ?? { tries: 0 }
      state.refunds.set(made.refundId, { tries, succeeded: true })
      state.entries.push(entryOf(made, { orderId: payment.orderId, refundId: made.refundId }))
      return
    }
    case 'steered':
      state.mode = made.refunds
  }
}

const entryOf = (
  { at, paymentId, amount }: Pick<Extract<Note, { did: 'judged' }>, 'at' | 'paymentId' | 'amount'>,
  { orderId, refundId }: Pick<JournalEntry, 'orderId' | 'refundId'>,
): JournalEntry => ({
  at,
  operation: refundId === null ? 'capture' : 'refund',
  orderId,
  paymentId,
  refundId,
  idempotencyKey: refundId ?? paymentId,
  amount,
  outcome: 'succeeded',
})
