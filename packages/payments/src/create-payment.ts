import { type InputOf, type TxContext, ValidationFailed } from '@plinth/kernel'
import type { Payment, paymentsContract } from '@plinth/payments-contract'
import { afterCommit, inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/**
 * Notes down what is to be paid, in the transaction that places the order; and with it that the provider is asked
 * about it, which is what comes next. See asked.ts. Those who ask at once are served together.
 */
export const createPayment = (deps: PaymentsDeps) => {
  const lots = inLots({
    nameOf: ({ paymentId }: Input) => paymentId,
    work: (context, inputs) => createAll(deps, context, inputs),
  })
  return async (context: TxContext, input: Input): Promise<Payment> => {
    const { name } = deps.provider
    if (input.provider !== name) {
      throw ValidationFailed({
        errors: [{ pointer: '/payment/provider', detail: `This shop takes ${name}.` }],
      })
    }
    return lots(context, input)
  }
}

type Input = InputOf<typeof paymentsContract, 'createPayment'>

const createAll = async (
  { database, provider, opened }: PaymentsDeps,
  context: TxContext,
  inputs: readonly Input[],
): Promise<Payment[]> => {
  const asked = provider.embedded === true ? 0 : 1
  const wanted = inputs.map(({ amount, ...rest }) => ({ ...rest, ...amount }))
  // Updating a row to what it is makes the repeat return it, too. A row that was there before carries the mark of the
  // lock that this takes (xmax); a new one does not.
  const rows = await database.on(context).execute<PaymentRow & { readonly anew: boolean }>(sql`
    insert into payments.payment (id, order_id, order_number, user_id, provider, token, amount, currency, asked)
    select "paymentId", "orderId", "orderNumber", "userId", provider, token, amount, currency, ${asked}
      from jsonb_to_recordset(${JSON.stringify(wanted)}::jsonb) as _ (
        "paymentId" uuid, "orderId" uuid, "orderNumber" text, "userId" uuid, provider text, token text, amount bigint,
        currency text
      )
     order by "paymentId"
        on conflict (id) do update set id = excluded.id
    returning *, xmax = 0 as anew`)
  const payments = new Map(
    rows.map(({ anew, ...row }) => {
      if (anew) whenCommitted(context, () => opened.add(row))
      return [row.id, showPayment(row)]
    }),
  )
  return inputs.map(({ paymentId }) => {
    const payment = payments.get(paymentId)
    if (payment === undefined) throw new Error('an upsert returned no row')
    return payment
  })
}

const whenCommitted = (context: TxContext, action: () => void): void => {
  if (context.tx === undefined) action()
  else afterCommit({ ...context, tx: context.tx }, action)
}
