import { type InputOf, moneyOf, NotFound, type TxContext } from '@plinth/kernel'
import { type Payment, paymentsContract } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/** Writes down what the provider said, in the transaction that acts on it. What is settled stays so. */
export const settle =
  ({ database, outbox }: PaymentsDeps) =>
  (context: TxContext, { paymentId, result }: InputOf<typeof paymentsContract, 'settle'>): Promise<Payment> =>
    database.transaction(context, async inTx => {
      const queries = database.on(inTx)
      if (result.outcome !== 'pending') {
        const reason = 'reason' in result ? result.reason.slice(0, 500) : null
        const [settled] = await queries.execute<PaymentRow>(sql`
          update payments.payment
             set status = ${result.outcome}, reason = ${reason}, token = null, settled_at = now()
           where id = ${paymentId} and status = 'pending'
          returning *`)
        if (settled !== undefined) {
          if (result.outcome === 'captured')
            await outbox.append(inTx, paymentsContract.events.captured, capturedEvent(settled))
          return showPayment(settled)
        }
      }
      const [row] = await queries.execute<PaymentRow>(
        sql`select * from payments.payment where id = ${paymentId}`,
      )
      if (row === undefined) throw NotFound()
      return showPayment(row)
    })

const capturedEvent = (row: PaymentRow) => ({
  subject: row.id,
  data: {
    paymentId: row.id,
    orderId: row.order_id,
    orderNumber: row.order_number,
    userId: row.user_id,
    amount: moneyOf(row.amount, row.currency),
  },
})
