import type { Id } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import type { Database } from '@plinth/postgres'
import type { PaymentProvider } from '../provider/provider.ts'
import { createSandboxBooks } from './books.ts'
import { captureInSandbox, voidInSandbox } from './capture.ts'
import { refundInSandbox } from './refund.ts'
import { readSandboxMessage } from './webhook.ts'

/** The sandbox with the handles that a real provider has on its dashboard. */
export interface Sandbox {
  readonly provider: PaymentProvider
  /** Every capture and refund it made, oldest first. */
  readonly readJournal: (orderId?: Id<'Order'>) => Promise<JournalEntry[]>
  /** Says whether `tok_refund_down` refunds go through. */
  readonly steer: (refunds: 'up' | 'down') => Promise<void>
}

/**
 * The embedded payment provider. It behaves like a real one, told by the token, and keeps books of its
 * own: it commits on its own, knows nothing of the shop's transactions, and does each thing once a key.
 */
export const createSandbox = ({
  database,
  webhookSecret,
}: {
  readonly database: Database
  /** Standard Webhooks secret, `whsec_...`; without one every message is refused. */
  readonly webhookSecret?: string
}): Sandbox => {
  const books = createSandboxBooks(database)
  return {
    provider: {
      name: 'sandbox',
      capture: captureInSandbox(books),
      void: voidInSandbox(books),
      refund: refundInSandbox(books),
      readMessage: readSandboxMessage(webhookSecret),
    },
    readJournal: books.journal,
    steer: books.steer,
  }
}
