import type { JournalEntry } from '@plinth/payments-contract'
import type { PaymentProvider } from '../provider/provider.ts'
import type { JournalQuery, SandboxBooks } from './books.ts'
import { captureInSandbox, voidInSandbox } from './capture.ts'
import { refundInSandbox } from './refund.ts'
import { readSandboxMessage } from './webhook.ts'

/** The sandbox with the handles that a real provider has on its dashboard. */
export interface Sandbox {
  readonly provider: PaymentProvider
  /** Every capture and refund it made, oldest first; of more than `latest` (1,000 unless given) those. */
  readonly readJournal: (query?: JournalQuery) => Promise<JournalEntry[]>
  /** Says whether `tok_refund_down` refunds go through. */
  readonly steer: (refunds: 'up' | 'down') => Promise<void>
}

/**
 * The sandbox payment provider. It behaves like a real one, told by the token, and keeps books of its own:
 * it commits on its own, knows nothing of the shop's transactions, and does each thing once a key.
 */
export const createSandbox = ({
  books,
  webhookSecret,
}: {
  readonly books: SandboxBooks
  /** Standard Webhooks secret, `whsec_...`; without one every message is refused. */
  readonly webhookSecret?: string
}): Sandbox => ({
  provider: {
    name: 'sandbox',
    embedded: true,
    capture: captureInSandbox(books),
    void: voidInSandbox(books),
    refund: refundInSandbox(books),
    readMessage: readSandboxMessage(webhookSecret),
  },
  readJournal: books.journal,
  steer: books.steer,
})
