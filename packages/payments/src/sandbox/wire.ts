import { idOf, money } from '@plinth/kernel'
import { chargeOutcome, journalEntry, paymentId, refundId, sandboxRefunds } from '@plinth/payments-contract'
import { z } from 'zod'

/** `POST /capture` and `POST /void`: answered with a {@link chargeOutcome}. */
export const chargeRequest = z.strictObject({
  paymentId,
  orderId: idOf('Order'),
  amount: money,
  token: z.string().max(500),
})

/** `POST /refund`: answered with 204, or with 409 and {@link refusal}. */
export const refundRequest = z.strictObject({ refundId, paymentId, amount: money })

/** The sandbox said no. */
export const refusal = z.strictObject({ refused: z.string() })

/** `GET /journal`: answered with {@link journalAnswer}, oldest first; all of it unless `latest` says how much. */
export const journalRequest = z.strictObject({
  orderId: idOf('Order').optional(),
  latest: z.coerce.number().int().min(1).optional(),
})

/** See {@link journalRequest}. */
export const journalAnswer = z.strictObject({ data: z.array(journalEntry) })

/** `PUT /refunds`: answered with 204. */
export const steerRequest = sandboxRefunds

/** What a capture or void is answered with. */
export const chargeAnswer = chargeOutcome
