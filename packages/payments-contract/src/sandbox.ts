import { idOf, money, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** One thing the sandbox provider was asked to do, in its own words. */
export const journalEntry = z
  .strictObject({
    at: timestamp,
    operation: z.enum(['capture', 'refund', 'void']),
    orderId: idOf('Order'),
    paymentId: idOf('Payment'),
    refundId: idOf('Refund').nullable(),
    idempotencyKey: z.string(),
    amount: money,
    outcome: z.enum(['succeeded', 'declined', 'failed']),
  })
  .meta({ id: 'SandboxJournalEntry' })

/** See {@link journalEntry}. */
export type JournalEntry = z.infer<typeof journalEntry>

/** Whether `tok_refund_down` refunds go through. */
export const sandboxRefunds = z.strictObject({ mode: z.enum(['up', 'down']) }).meta({ id: 'SandboxRefunds' })
