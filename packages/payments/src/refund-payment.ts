import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import type { Payment, paymentsContract } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import { commitRefund } from './commit-refund.ts'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/** Sends back all that is left of a payment, for an order that could not be kept. */
export const refundPayment =
  (deps: PaymentsDeps) =>
  (
    context: TxContext,
    { paymentId, reason }: InputOf<typeof paymentsContract, 'refundPayment'>,
  ): Promise<Payment> =>
    deps.database.transaction(context, async inTx => {
      await commitRefund(deps, inTx, { of: { paymentId }, reason, requestedBy: 'orders' })
      const [row] = await deps.database
        .on(inTx)
        .execute<PaymentRow>(sql`select * from payments.payment where id = ${paymentId}`)
      if (row === undefined) throw NotFound()
      return showPayment(row)
    })
