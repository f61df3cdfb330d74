import {
  type ContractError,
  type Id,
  type InputOf,
  type InTx,
  moneyOf,
  NotFound,
  type TxContext,
} from '@plinth/kernel'
import { type Payment, paymentsContract } from '@plinth/payments-contract'
import { type Appended, afterCommit, inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/**
 * Writes down what the provider said, in the transaction that acts on it. What is settled stays so. Those who ask at
 * once are served together.
 */
export const settle = (deps: PaymentsDeps) => {
  const lots = inLots({
    nameOf: ({ paymentId }: Answer) => paymentId,
    work: (context, answers) => settleAll(deps, context, answers),
  })
  return async (context: TxContext, input: Input): Promise<Payment> => {
    const outcome = await lots(context, { ...input, traceparent: context.traceparent })
    if (NotFound.is(outcome)) throw outcome
    return outcome
  }
}

type Input = InputOf<typeof paymentsContract, 'settle'>
type Answer = Input & { readonly traceparent: string | undefined }
type Rows = ReadonlyMap<Id<'Payment'>, PaymentRow>

const settleAll = (deps: PaymentsDeps, context: TxContext, answers: readonly Answer[]) =>
  deps.database.transaction(context, async inTx => {
    const ids = answers.map(({ paymentId }) => paymentId)
    const remembered = ids.flatMap(id => deps.opened.get(id) ?? [])
    const known = await complete(deps, inTx, ids, byId(remembered))
    const settled = await write(deps, inTx, known, answers)
    afterCommit(inTx, () => {
      for (const id of settled.keys()) deps.opened.forget(id)
    })
    // Those that were settled before, or are not yet, as they are by now.
    const all = await complete(deps, inTx, ids, settled)
    return ids.map((id): Payment | ContractError<'not_found', undefined> => {
      const row = all.get(id)
      return row === undefined ? NotFound() : showPayment(row)
    })
  })

const byId = (rows: readonly PaymentRow[]): Rows => new Map(rows.map(row => [row.id, row]))

/** Looks up those that are not among the rows. */
const complete = async (
  { database }: PaymentsDeps,
  context: InTx,
  ids: readonly Id<'Payment'>[],
  rows: Rows,
): Promise<Rows> => {
  const missing = ids.filter(id => !rows.has(id))
  if (missing.length === 0) return rows
  const found = await database.on(context).execute<PaymentRow>(sql`
    select * from payments.payment where id = any(${sql.param(missing)}::uuid[])`)
  return new Map([...rows, ...byId(found)])
}

/** Settles those that are pending, and announces what was captured. Of what is known of them, only what never changes is used. */
const write = async (
  { database, outbox }: PaymentsDeps,
  context: InTx,
  known: Rows,
  answers: readonly Answer[],
): Promise<Rows> => {
  const results = answers.flatMap(({ paymentId, result }) =>
    result.outcome === 'pending'
      ? []
      : [
          {
            id: paymentId,
            outcome: result.outcome,
            reason: 'reason' in result ? result.reason.slice(0, 500) : null,
          },
        ],
  )
  if (results.length === 0) return new Map()
  const captured = answers.flatMap(({ paymentId, result, traceparent }) => {
    const row = known.get(paymentId)
    return result.outcome === 'captured' && row !== undefined ? [capturedEvent(row, traceparent)] : []
  })
  const rows = await database.on(context).execute<PaymentRow>(sql`
    with result as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(results)}::jsonb) as _ (id uuid, outcome text, reason text)
    ), due as materialized (
      -- An array, whatever the statistics say of how few are pending: otherwise it may begin with those.
      select id from payments.payment where id = any (array(select id from result)) and status = 'pending' order by id
         for no key update
    ), settled as (
      update payments.payment p
         set status = result.outcome, reason = result.reason, token = null, settled_at = now()
        from due join result using (id)
       where p.id = due.id
      returning p.*
    ), announced as (${outbox.appendWhen(context, { part: 'settled', subject: 'id' }, captured)})
    select * from settled`)
  return byId(rows)
}

const capturedEvent = (row: PaymentRow, traceparent: string | undefined): Appended => ({
  event: paymentsContract.events.captured,
  subject: row.id,
  data: {
    paymentId: row.id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    userId: row.user_id,
    amount: moneyOf(row.amount, row.currency),
  },
  traceparent,
})
