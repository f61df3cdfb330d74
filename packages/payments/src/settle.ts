import { type Id, type InputOf, type InTx, moneyOf, NotFound, type TxContext } from '@plinth/kernel'
import { type Payment, paymentsContract } from '@plinth/payments-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/** Writes down what the provider said, in the transaction that acts on it. What is settled stays so. */
export const settle =
  (deps: PaymentsDeps) =>
  (context: TxContext, { paymentId, result }: Input): Promise<Payment> =>
    deps.database.transaction(context, async inTx => {
      if (result.outcome !== 'pending') {
        const known = deps.opened.get(paymentId) ?? (await find(deps, inTx, paymentId))
        if (known !== undefined) {
          const [settled] = await write(deps, inTx, known, result)
          if (settled !== undefined) {
            afterCommit(inTx, () => deps.opened.forget(paymentId))
            return showPayment(settled)
          }
        }
      }
      const row = await find(deps, inTx, paymentId)
      if (row === undefined) throw NotFound()
      return showPayment(row)
    })

type Input = InputOf<typeof paymentsContract, 'settle'>
type Known = Exclude<Input['result'], { readonly outcome: 'pending' }>

const find = async ({ database }: PaymentsDeps, context: InTx, paymentId: Id<'Payment'>) => {
  const [row] = await database.on(context).execute<PaymentRow>(sql`
    select * from payments.payment where id = ${paymentId}`)
  return row
}

/** Settles a payment that is pending, and announces it. Of what is known of it, only what never changes is used. */
const write = ({ database, outbox }: PaymentsDeps, context: InTx, known: PaymentRow, result: Known) => {
  const reason = 'reason' in result ? result.reason.slice(0, 500) : null
  const announced =
    result.outcome === 'captured'
      ? sql`, announced as (${outbox.appendWhen(context, 'settled', paymentsContract.events.captured, captured(known))})`
      : sql``
  return database.on(context).execute<PaymentRow>(sql`
    with settled as (
      update payments.payment
         set status = ${result.outcome}, reason = ${reason}, token = null, settled_at = now()
       where id = ${known.id} and status = 'pending'
      returning *
    )${announced}
    select * from settled`)
}

const captured = (row: PaymentRow) => ({
  subject: row.id,
  data: {
    paymentId: row.id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    userId: row.user_id,
    amount: moneyOf(row.amount, row.currency),
  },
})
