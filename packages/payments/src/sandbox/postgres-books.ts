import { contextOf, type Id, moneyOf, service } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { SandboxBooks, Try, Verdict } from './books.ts'

const context = contextOf(service('sandbox'))

/** Books in PostgreSQL: those of the sandbox that is embedded in the shop. */
export const createPostgresBooks = (database: Database): SandboxBooks => {
  const queries = () => database.on(context)
  return {
    judge: async ({ paymentId, orderId, token, amount }, { state, reason }) => {
      const [verdict] = await queries().execute<{ state: Verdict['state']; reason: string | null }>(sql`
        with judged as (
          insert into payments.sandbox_payment (payment_id, order_id, token, amount, currency, state, reason)
          values (${paymentId}, ${orderId}, ${token}, ${amount.amount}, ${amount.currency}, ${state}, ${reason})
              on conflict (payment_id) do update set payment_id = excluded.payment_id
          returning *
        ), noted as (
          insert into payments.sandbox_journal (operation, order_id, payment_id, idempotency_key, amount, currency)
          select 'capture', order_id, payment_id, payment_id::text, amount, currency from judged where state = 'captured'
              on conflict (idempotency_key) do nothing
        )
        select state, reason from judged`)
      if (verdict === undefined) throw new Error('an upsert returned no row')
      return verdict
    },
    known: async paymentId => {
      const [verdict] = await queries().execute<{ state: Verdict['state']; reason: string | null }>(
        sql`select state, reason from payments.sandbox_payment where payment_id = ${paymentId}`,
      )
      return verdict
    },
    tryRefund: async ({ refundId, paymentId }) => {
      const [tried] = await queries().execute<Try & Record<string, unknown>>(sql`
        with tried as (
          insert into payments.sandbox_refund as refund (refund_id, payment_id, tries)
          select ${refundId}, payment_id, 1 from payments.sandbox_payment
           where payment_id = ${paymentId} and state = 'captured'
              on conflict (refund_id) do update set tries = refund.tries + 1
          returning *
        )
        select token, tries, succeeded, refunds
          from tried join payments.sandbox_payment using (payment_id) cross join payments.sandbox_setting`)
      return tried
    },
    refund: async ({ refundId, paymentId, amount }) => {
      const done = await queries().execute(sql`
        with due as (
          update payments.sandbox_refund set succeeded = true
           where refund_id = ${refundId} and not succeeded
             and exists (select from payments.sandbox_payment
                          where payment_id = ${paymentId} and refunded + ${amount.amount}::bigint <= amount)
          returning refund_id
        ), paid as (
          update payments.sandbox_payment set refunded = refunded + ${amount.amount}::bigint
            from due where payment_id = ${paymentId}
          returning order_id, payment_id, currency
        )
        insert into payments.sandbox_journal (operation, order_id, payment_id, refund_id, idempotency_key, amount, currency)
        select 'refund', order_id, payment_id, ${refundId}, ${refundId}, ${amount.amount}::bigint, currency from paid
        returning 1`)
      if (done.length > 0) return true
      // Not done here: it was before, or at the same time, or there is not so much left.
      const before = await queries().execute(
        sql`select 1 from payments.sandbox_refund where refund_id = ${refundId} and succeeded`,
      )
      return before.length > 0
    },
    journal: async ({ orderId, latest = 1000 } = {}) => {
      const rows = await queries().execute<JournalRow>(sql`
        select * from payments.sandbox_journal
         ${orderId === undefined ? sql`` : sql`where order_id = ${orderId}`}
         order by id desc limit ${latest}`)
      return rows.reverse().map(showEntry)
    },
    steer: async refunds => {
      await queries().execute(sql`update payments.sandbox_setting set refunds = ${refunds}`)
    },
  }
}

type JournalRow = {
  readonly at: Date
  readonly operation: 'capture' | 'refund'
  readonly order_id: Id<'Order'>
  readonly payment_id: Id<'Payment'>
  readonly refund_id: Id<'Refund'> | null
  readonly idempotency_key: string
  readonly amount: number
  readonly currency: string
}

const showEntry = (row: JournalRow): JournalEntry => ({
  at: row.at.toISOString(),
  operation: row.operation,
  orderId: row.order_id,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  idempotencyKey: row.idempotency_key,
  amount: moneyOf(row.amount, row.currency),
  outcome: 'succeeded',
})
