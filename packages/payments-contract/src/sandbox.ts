import { idOf, money, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** A capture or refund that the sandbox provider made, in its own words. What it refused is not in the journal: nothing happened. */
export const journalEntry = z
  .strictObject({
    at: timestamp,
    operation: z.enum(['capture', 'refund']),
    orderId: idOf('Order'),
    paymentId: idOf('Payment'),
    refundId: idOf('Refund').nullable(),
    idempotencyKey: z.string(),
    amount: money,
    outcome: z.literal('succeeded'),
  })
  .meta({ id: 'SandboxJournalEntry' })

/** See {@link journalEntry}. */
export type JournalEntry = z.infer<typeof journalEntry>

/** Whether `tok_refund_down` refunds go through. */
export const sandboxRefunds = z.strictObject({ mode: z.enum(['up', 'down']) }).meta({ id: 'SandboxRefunds' })
