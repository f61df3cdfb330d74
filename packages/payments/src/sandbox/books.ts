import { contextOf, type Id, moneyOf, service } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Charge, Reversal } from '../provider/provider.ts'

const context = contextOf(service('sandbox'))

/** What the sandbox decided about a payment, for good. */
export interface Verdict {
  readonly state: 'captured' | 'declined' | 'void'
  readonly reason: string | null
}

/** How a refund stands at the sandbox after one more try. */
export interface Try {
  readonly token: string
  readonly tries: number
  readonly succeeded: boolean
  readonly refunds: 'up' | 'down'
}

/** The sandbox provider's books. */
export interface SandboxBooks {
  /** Writes the verdict down unless there is one: what stands then. A capture goes into the journal with it. */
  readonly judge: (charge: Charge, verdict: Verdict) => Promise<Verdict>
  /** What was decided about a payment, if anything was. */
  readonly known: (paymentId: Id<'Payment'>) => Promise<Verdict | undefined>
  /** Counts a try; undefined when the payment was never captured. */
  readonly tryRefund: (reversal: Reversal) => Promise<Try | undefined>
  /** Makes the refund, once; false when it is more than is left. */
  readonly refund: (reversal: Reversal) => Promise<boolean>
  readonly journal: (orderId?: Id<'Order'>) => Promise<JournalEntry[]>
  readonly steer: (refunds: 'up' | 'down') => Promise<void>
}

/** Opens the books. */
export const createSandboxBooks = (database: Database): SandboxBooks => {
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
      return done.length > 0
    },
    journal: async orderId => {
      const rows = await queries().execute<JournalRow>(sql`
        select * from payments.sandbox_journal
         ${orderId === undefined ? sql`` : sql`where order_id = ${orderId}`}
         order by id desc limit 1000`)
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
