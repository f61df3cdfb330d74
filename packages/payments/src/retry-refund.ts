import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import { NotRetryable, type paymentsContract, type Refund } from '@plinth/payments-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type RefundRow, showRefund } from './refund.ts'

/**
 * Gives a refund that was given up another round of tries, under the key that the provider knows it by. The
 * caller's own idempotency key stands for one round: with the same one again, nothing more happens.
 */
export const retryRefund =
  ({ database, audit, wakeRefunds }: PaymentsDeps) =>
  (context: TxContext, { refundId }: InputOf<typeof paymentsContract, 'retryRefund'>): Promise<Refund> =>
    database.transaction(context, async inTx => {
      const queries = database.on(inTx)
      const key = context.idempotencyKey ?? null
      const [row] = await queries.execute<RefundRow>(sql`
        with retried as (
          update payments.refund
             set status = 'pending', attempts = 0, next_attempt_at = now(), settled_at = null, retry_key = ${key}
           where id = ${refundId} and status = 'failed'
             and (${key}::text is null or retry_key is distinct from ${key})
          returning *
        ), counted as (
          update payments.payment
             set refunds_pending = refunds_pending + 1, refunds_failed = refunds_failed - 1
            from retried where payment.id = retried.payment_id
        )
        select * from retried`)
      if (row !== undefined) {
        afterCommit(inTx, wakeRefunds)
        await audit.append(inTx, {
          action: 'payments.refund-retried',
          subject: { kind: 'order', id: row.order_id },
          details: { refundId: row.id },
        })
        return showRefund(row)
      }
      const [present] = await queries.execute<RefundRow & { readonly retry_key: string | null }>(
        sql`select * from payments.refund where id = ${refundId}`,
      )
      if (present === undefined) throw NotFound()
      if (key !== null && present.retry_key === key) return showRefund(present)
      throw NotRetryable()
    })
