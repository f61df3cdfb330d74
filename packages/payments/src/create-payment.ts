import { type InputOf, type TxContext, ValidationFailed } from '@plinth/kernel'
import type { Payment, paymentsContract } from '@plinth/payments-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/**
 * Notes down what is to be paid, in the transaction that places the order; and with it that the provider is asked
 * about it, which is what comes next. See asked.ts.
 */
export const createPayment =
  ({ database, provider, opened }: PaymentsDeps) =>
  async (context: TxContext, input: InputOf<typeof paymentsContract, 'createPayment'>): Promise<Payment> => {
    if (input.provider !== provider.name) {
      throw ValidationFailed({
        errors: [{ pointer: '/payment/provider', detail: `This shop takes ${provider.name}.` }],
      })
    }
    const asked = provider.embedded === true ? 0 : 1
    // Updating the row to what it is makes the repeat return it, too. A row that was there before carries the mark of the
    // lock that this takes (xmax); a new one does not.
    const [upserted] = await database.on(context).execute<PaymentRow & { readonly anew: boolean }>(sql`
      insert into payments.payment (id, order_id, order_number, user_id, provider, token, amount, currency, asked)
      values (${input.paymentId}, ${input.orderId}, ${input.orderNumber}, ${input.userId}, ${input.provider},
              ${input.token}, ${input.amount.amount}, ${input.amount.currency}, ${asked})
          on conflict (id) do update set id = excluded.id
      returning *, xmax = 0 as anew`)
    if (upserted === undefined) throw new Error('an upsert returned no row')
    const { anew, ...row } = upserted
    if (anew) whenCommitted(context, () => opened.add(row))
    return showPayment(row)
  }

const whenCommitted = (context: TxContext, action: () => void): void => {
  if (context.tx === undefined) action()
  else afterCommit({ ...context, tx: context.tx }, action)
}
