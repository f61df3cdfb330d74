import { type Id, type InTx, newId } from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import type { RefundRow } from './refund.ts'

/** A refund to be made. */
export interface RefundRequest {
  readonly of: { readonly paymentId: Id<'Payment'> } | { readonly orderId: Id<'Order'> }
  /** In minor units; all that is left where it is not given. */
  readonly amount?: number
  readonly reason: string
  /** The user who asked, or the part of the shop. */
  readonly requestedBy: string
  readonly idempotencyKey?: string
}

/**
 * Sets money aside to go back, and notes down the refund, in one statement: what is committed never
 * exceeds what was captured, whoever else refunds at the same time. Undefined when there is not so much
 * left, or nothing at all. The provider is told later, by the job.
 */
export const commitRefund = async (
  { database, audit, wakeRefunds }: PaymentsDeps,
  context: InTx,
  request: RefundRequest,
): Promise<RefundRow | undefined> => {
  const [row] = await database.on(context).execute<RefundRow>(sql`
    with held as (
      select id, order_id, currency, amount - committed as rest
        from payments.payment
       where ${whichPayment(request.of)} and status = 'captured'
         for update
    ), wanted as (
      select id, order_id, currency, rest, coalesce(${request.amount ?? null}::bigint, rest) as amount from held
    ), committed as (
      update payments.payment
         set committed = committed + wanted.amount, refunds_pending = refunds_pending + 1
        from wanted
       where payment.id = wanted.id and wanted.amount between 1 and wanted.rest
      returning payment.id
    )
    insert into payments.refund
      (id, payment_id, order_id, amount, currency, reason, requested_by, idempotency_key, next_attempt_at)
    select ${newId<'Refund'>()}, id, order_id, amount, currency, ${request.reason}, ${request.requestedBy},
           ${request.idempotencyKey ?? null}, now()
      from wanted join committed using (id)
    returning *`)
  if (row === undefined) return undefined
  afterCommit(context, wakeRefunds)
  await audit.append(context, {
    action: 'payments.refund-requested',
    subject: { kind: 'order', id: row.order_id },
    details: { refundId: row.id, amount: { amount: row.amount, currency: row.currency } },
  })
  return row
}

const whichPayment = (of: RefundRequest['of']): SQL =>
  'paymentId' in of ? sql`id = ${of.paymentId}` : sql`order_id = ${of.orderId}`
