import type { InputOf, TxContext } from '@plinth/kernel'
import type { Payment, paymentsContract } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, showPayment } from './payment.ts'

/** The payments of these orders; unknown ones are left out. */
export const getPayments =
  ({ database }: PaymentsDeps) =>
  async (
    context: TxContext,
    { orderIds }: InputOf<typeof paymentsContract, 'getPayments'>,
  ): Promise<Payment[]> => {
    if (orderIds.length === 0) return []
    const rows = await database
      .on(context)
      .execute<PaymentRow>(
        sql`select * from payments.payment where order_id = any(${sql.param(orderIds)}::uuid[])`,
      )
    return rows.map(showPayment)
  }
