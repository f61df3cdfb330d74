import { type Colocated, type Id, moneyOf, NotFound, ValidationFailed } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import {
  type ChargeOutcome,
  type Payment,
  type PaymentsContract,
  paymentsContract,
} from '@plinth/payments-contract'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

type Row = {
  id: Id<'Payment'>
  order_id: Id<'Order'>
  provider: string
  token: string
  amount: number
  currency: string
  status: 'pending' | 'captured' | 'declined' | 'failed'
  refunding: boolean
}

/** What a test may have happen when the provider is asked, and what it may look at afterwards. */
export interface Provider {
  /** Called before the provider does anything; a promise that never settles is a process that died. */
  before: (call: 'charge' | 'abandon') => Promise<void>
  /** Called when the provider has done it, before its answer arrives. */
  after: (call: 'charge' | 'abandon') => Promise<void>
  /** Calls so far. */
  asked: number
  /** Of the last call, epoch milliseconds. */
  deadline: number | undefined
}

/**
 * Payments that keep to their contract. The provider does what the token says, once a payment:
 * `tok_declined` is declined, `tok_unavailable` fails before charging, `tok_pending` is never known until
 * a test changes the token, anything else is captured.
 */
export const fakePayments = (
  database: Database,
): { readonly payments: Colocated<PaymentsContract>; readonly provider: Provider } => {
  const provider: Provider = { before: async () => {}, after: async () => {}, asked: 0, deadline: undefined }
  type Context = Parameters<Database['on']>[0]

  const find = async (context: Context, id: Id<'Payment'>): Promise<Row> => {
    const [row] = await database
      .on(context)
      .execute<Row>(sql`select * from neighbour.payment where id = ${id}`)
    if (row === undefined) throw NotFound()
    return row
  }

  const ask = async (
    context: Context,
    id: Id<'Payment'>,
    call: 'charge' | 'abandon',
  ): Promise<ChargeOutcome> => {
    if (context.tx !== undefined) throw new Error('the provider was asked within a transaction')
    provider.asked += 1
    provider.deadline = context.deadline
    const { status, token, amount } = await find(context, id)
    if (status !== 'pending') return told(status)
    await provider.before(call)
    const outcome = call === 'abandon' ? 'failed' : outcomeOf(token)
    if (outcome === 'pending') return { outcome }
    const [done] = await database.on(context).execute<{ outcome: Exclude<Row['status'], 'pending'> }>(sql`
      insert into neighbour.provider (payment_id, outcome, amount) values (${id}, ${outcome}, ${amount})
          on conflict (payment_id) do update set outcome = provider.outcome
      returning outcome`)
    if (done === undefined) throw new Error('an upsert returned no row')
    await provider.after(call)
    return told(done.outcome)
  }

  const payments = fake(paymentsContract, {
    async createPayment(context, { paymentId, orderId, amount, provider: name, token }) {
      if (name !== 'sandbox')
        throw ValidationFailed({
          errors: [{ pointer: '/payment/provider', detail: 'There is no such provider.' }],
        })
      await database.on(context).execute(sql`
        insert into neighbour.payment (id, order_id, provider, token, amount, currency)
        values (${paymentId}, ${orderId}, ${name}, ${token}, ${amount.amount}, ${amount.currency})`)
      return show(await find(context, paymentId))
    },
    charge: (context, { paymentId }) => ask(context, paymentId, 'charge'),
    abandon: (context, { paymentId }) => ask(context, paymentId, 'abandon'),
    async settle(context, { paymentId, result }) {
      await database
        .on(context)
        .execute(
          sql`update neighbour.payment set status = ${result.outcome} where id = ${paymentId} and status = 'pending'`,
        )
      return show(await find(context, paymentId))
    },
    async refundPayment(context, { paymentId }) {
      await database
        .on(context)
        .execute(
          sql`update neighbour.payment set refunding = true where id = ${paymentId} and status = 'captured'`,
        )
      return show(await find(context, paymentId))
    },
    async getPayments(context, { orderIds }) {
      const rows = await database
        .on(context)
        .execute<Row>(
          sql`select * from neighbour.payment where order_id = any(${sql.param(orderIds)}::uuid[])`,
        )
      return rows.map(show)
    },
  })
  return { payments, provider }
}

const outcomeOf = (token: string): Row['status'] => {
  if (token === 'tok_declined') return 'declined'
  if (token === 'tok_unavailable') return 'failed'
  return token === 'tok_pending' ? 'pending' : 'captured'
}

const told = (outcome: Exclude<Row['status'], 'pending'>): ChargeOutcome =>
  outcome === 'captured' ? { outcome } : { outcome, reason: `The provider says ${outcome}.` }

const show = (row: Row): Payment => ({
  id: row.id,
  orderId: row.order_id,
  provider: row.provider,
  status: row.refunding ? 'refund_pending' : row.status,
  amount: moneyOf(row.amount, row.currency),
  refunded: moneyOf(0, row.currency),
})
