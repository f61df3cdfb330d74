import { contextOf, moneyOf, service } from '@plinth/kernel'
import { paymentsContract } from '@plinth/payments-contract'
import { createJob, type Job } from '@plinth/postgres'
import { safeMessage } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import type { PaymentRow } from './payment.ts'
import { backoffAfter, maxAttempts, type RefundRow } from './refund.ts'

const batch = 10
/** A try that has not reported back after this long is lost, with the process that made it. */
const leaseMs = 15_000
const context = contextOf(service('payments'))

/**
 * Tells the provider of refunds that are due. Any replica may: each try is claimed and counted before it
 * is made, so a crash costs one try, and the refund's id is the key under which the provider does it once.
 * A try that is under way when the process is told to stop is let come to its end: it takes seconds.
 */
export const sendRefunds = (deps: PaymentsDeps): Job =>
  createJob({
    name: 'payments.send-refunds',
    everyMs: 500,
    run: async () => {
      const due = await claim(deps)
      await Promise.all(due.map(refund => attempt(deps, refund)))
      return due.length === batch ? 'again' : 'done'
    },
  })

type DueRow = RefundRow & { readonly reference: string | null }

const claim = ({ database }: PaymentsDeps): Promise<DueRow[]> =>
  database.on(context).execute<DueRow>(sql`
    update payments.refund
       set attempts = attempts + 1, under_way = true, next_attempt_at = now() + make_interval(secs => ${leaseMs / 1000})
     where id in (
       select id from payments.refund
        where status = 'pending' and next_attempt_at <= now()
        order by next_attempt_at limit ${batch}
          for update skip locked)
    returning *, (select reference from payments.payment where payment.id = refund.payment_id) as reference`)

const attempt = async (deps: PaymentsDeps, refund: DueRow): Promise<void> => {
  const { id: refundId, payment_id: paymentId, amount, currency, reference } = refund
  try {
    const reversal = { refundId, paymentId, amount: moneyOf(amount, currency), reference }
    await deps.provider.refund(reversal, AbortSignal.timeout(leaseMs))
  } catch (error) {
    deps.logger.warn({ err: error, refundId, attempts: refund.attempts }, 'a refund did not go through')
    const reason = safeMessage(error).slice(0, 500)
    return refund.attempts < maxAttempts ? postpone(deps, refund, reason) : giveUp(deps, refund, reason)
  }
  await succeed(deps, refund)
}

const postpone = async (
  { database }: PaymentsDeps,
  { id, attempts }: RefundRow,
  reason: string,
): Promise<void> => {
  await database.on(context).execute(sql`
    update payments.refund
       set last_error = ${reason}, under_way = false,
           next_attempt_at = now() + make_interval(secs => ${backoffAfter(attempts, Math.random()) / 1000})
     where id = ${id} and status = 'pending' and attempts = ${attempts}`)
}

/**
 * Notes down that the money is back; the second to hear of it changes nothing. It counts also for a refund
 * that was given up meanwhile: this try took longer than its lease, and a later one that failed overtook it.
 */
const succeed = (
  { database, outbox }: PaymentsDeps,
  { id, amount }: Pick<RefundRow, 'id' | 'amount'>,
): Promise<void> =>
  database.transaction(context, async inTx => {
    const [payment] = await database.on(inTx).execute<PaymentRow>(sql`
      with before as (
        select id, status from payments.refund where id = ${id} and status <> 'succeeded' for update
      ), done as (
        update payments.refund
           set status = 'succeeded', under_way = false, next_attempt_at = null, last_error = null, settled_at = now()
          from before where refund.id = before.id
        returning payment_id, amount, before.status = 'failed' as was_failed
      )
      update payments.payment
         set refunded = refunded + done.amount,
             refunds_pending = refunds_pending - (not was_failed)::int,
             refunds_failed = refunds_failed - was_failed::int
        from done where payment.id = done.payment_id
      returning payment.*`)
    if (payment === undefined) return
    await outbox.append(inTx, paymentsContract.events.refunded, {
      subject: id,
      data: {
        ...about(payment),
        refundId: id,
        amount: moneyOf(amount, payment.currency),
        refundedInTotal: moneyOf(payment.refunded, payment.currency),
      },
    })
  })

/**
 * Leaves it to an admin. The money stays committed: after a try whose answer was lost it may be gone, so
 * only the same refund, under the same key, may be tried again.
 */
const giveUp = (
  { database, outbox }: PaymentsDeps,
  { id, amount, attempts }: RefundRow,
  lastError: string,
): Promise<void> =>
  database.transaction(context, async inTx => {
    const [payment] = await database.on(inTx).execute<PaymentRow>(sql`
      with failed as (
        update payments.refund
           set status = 'failed', under_way = false, next_attempt_at = null, last_error = ${lastError}, settled_at = now()
         where id = ${id} and status = 'pending' and attempts = ${attempts}
        returning payment_id, amount
      )
      update payments.payment
         set refunds_pending = refunds_pending - 1, refunds_failed = refunds_failed + 1
        from failed where payment.id = failed.payment_id
      returning payment.*`)
    if (payment === undefined) return
    await outbox.append(inTx, paymentsContract.events.refundFailed, {
      subject: id,
      data: {
        ...about(payment),
        refundId: id,
        amount: moneyOf(amount, payment.currency),
        attempts,
        lastError,
      },
    })
  })

const about = (payment: PaymentRow) => ({
  paymentId: payment.id,
  orderId: payment.order_id,
  orderNumber: payment.order_number,
  userId: payment.user_id,
})
