import { type InputOf, type TxContext, ValidationFailed } from '@plinth/kernel'
import type { Payment, paymentsContract } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/** Notes down what is to be paid, in the transaction that places the order. */
export const createPayment =
  ({ database, provider }: PaymentsDeps) =>
  async (context: TxContext, input: InputOf<typeof paymentsContract, 'createPayment'>): Promise<Payment> => {
    if (input.provider !== provider.name) {
      throw ValidationFailed({
        errors: [{ pointer: '/payment/provider', detail: `This shop takes ${provider.name}.` }],
      })
    }
    // Updating the row to what it is makes the repeat return it, too.
    const [row] = await database.on(context).execute<PaymentRow>(sql`
      insert into payments.payment (id, order_id, order_number, user_id, provider, token, amount, currency)
      values (${input.paymentId}, ${input.orderId}, ${input.orderNumber}, ${input.userId}, ${input.provider},
              ${input.token}, ${input.amount.amount}, ${input.amount.currency})
          on conflict (id) do update set id = excluded.id
      returning *`)
    if (row === undefined) throw new Error('an upsert returned no row')
    return showPayment(row)
  }
