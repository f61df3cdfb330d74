import type { Id } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import type { Charge, Reversal } from '../provider/provider.ts'

/** What the sandbox decided about a payment, for good. */
export interface Verdict {
  readonly state: 'captured' | 'declined' | 'void'
  readonly reason: string | null
}

/** How a refund stands at the sandbox after one more try. */
export interface Try {
  readonly token: string
  readonly tries: number
  readonly succeeded: boolean
  readonly refunds: 'up' | 'down'
}

/**
 * The sandbox provider's books, in tables or in a file. What they say has been done is there after a crash, and
 * is done once a key, however many ask at the same time.
 */
export interface SandboxBooks {
  /** Writes the verdict down unless there is one: what stands then. A capture goes into the journal with it. */
  readonly judge: (charge: Charge, verdict: Verdict) => Promise<Verdict>
  /** What was decided about a payment, if anything was. */
  readonly known: (paymentId: Id<'Payment'>) => Promise<Verdict | undefined>
  /** Counts a try; undefined when the payment was never captured. */
  readonly tryRefund: (reversal: Reversal) => Promise<Try | undefined>
  /** Makes the refund, once; false when it is more than is left, and true when it is done, by whoever asked. */
  readonly refund: (reversal: Reversal) => Promise<boolean>
  /** Every capture and refund, oldest first; of more than `latest` (1,000 unless given) those. */
  readonly journal: (query?: JournalQuery) => Promise<JournalEntry[]>
  /** Says whether `tok_refund_down` refunds go through: `down` until it is said. */
  readonly steer: (refunds: 'up' | 'down') => Promise<void>
}

/** Which part of the journal. */
export interface JournalQuery {
  readonly orderId?: Id<'Order'> | undefined
  readonly latest?: number | undefined
}
