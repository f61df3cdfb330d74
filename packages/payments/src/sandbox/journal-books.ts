import type { SandboxBooks, Verdict } from './books.ts'
import { openJournalFile } from './journal-file.ts'
import { type Note, note } from './journal-note.ts'
import { apply, emptyState } from './journal-state.ts'

/**
 * Books in an append-only file: those of a sandbox that is a process of its own. What they hold in memory is
 * what the file says, read when it is opened; nothing is answered before it is on disk. One process at a time.
 */
export const openJournalBooks = async (path: string): Promise<SandboxBooks & AsyncDisposable> => {
  const file = await openJournalFile(path)
  const state = emptyState()
  for (const line of file.lines) apply(state, note.parse(JSON.parse(line)))

  /** Decided and noted without a pause in between: nobody else decides meanwhile. */
  const write = (made: Note) => {
    apply(state, made)
    void file.append(JSON.stringify(made))
  }
  const verdictOn = (paymentId: Parameters<SandboxBooks['known']>[0]): Verdict | undefined => {
    const judged = state.payments.get(paymentId)
    return judged && { state: judged.state, reason: judged.reason }
  }
  return {
    async judge({ paymentId, orderId, token, amount }, verdict) {
      if (!state.payments.has(paymentId))
        write({ at: now(), did: 'judged', paymentId, orderId, token, amount, ...verdict })
      await file.written()
      return verdictOn(paymentId) ?? verdict
    },
    async known(paymentId) {
      const verdict = verdictOn(paymentId)
      await file.written()
      return verdict
    },
    async tryRefund({ refundId, paymentId }) {
      const payment = state.payments.get(paymentId)
      if (payment?.state !== 'captured') return undefined
      write({ at: now(), did: 'tried', refundId, paymentId })
      const { tries, succeeded } = state.refunds.get(refundId) ?? { tries: 1, succeeded: false }
      const tried = { token: payment.token, tries, succeeded, refunds: state.mode }
      await file.written()
      return tried
    },
    async refund({ refundId, paymentId, amount }) {
      const payment = state.payments.get(paymentId)
      const fits = payment !== undefined && payment.refunded + amount.amount <= payment.amount.amount
      if (state.refunds.get(refundId)?.succeeded === false && fits)
        write({ at: now(), did: 'refunded', refundId, paymentId, amount })
      const { succeeded } = state.refunds.get(refundId) ?? { succeeded: false }
      await file.written()
      return succeeded
    },
    async journal({ orderId, latest = 1000 } = {}) {
      const entries = state.entries.filter(entry => orderId === undefined || entry.orderId === orderId)
      await file.written()
      return entries.slice(-latest)
    },
    async steer(refunds) {
      write({ at: now(), did: 'steered', refunds })
      await file.written()
    },
    [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
  }
}

const now = () => new Date().toISOString()
