import { idOf, money, timestamp } from '@plinth/kernel'
import { paymentId, refundId } from '@plinth/payments-contract'
import { z } from 'zod'

const at = timestamp

/** One line of a sandbox's file: something that happened, for good. */
export const note = z.discriminatedUnion('did', [
  z.strictObject({
    at,
    did: z.literal('judged'),
    paymentId,
    orderId: idOf('Order'),
    token: z.string(),
    amount: money,
    state: z.enum(['captured', 'declined', 'void']),
    reason: z.string().nullable(),
  }),
  z.strictObject({ at, did: z.literal('tried'), refundId, paymentId }),
  z.strictObject({ at, did: z.literal('refunded'), refundId, paymentId, amount: money }),
  z.strictObject({ at, did: z.literal('steered'), refunds: z.enum(['up', 'down']) }),
])

/** See {@link note}. */
export type Note = z.infer<typeof note>
