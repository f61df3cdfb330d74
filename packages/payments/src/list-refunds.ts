import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type paymentsContract, type Refund, refundId } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type RefundRow, showRefund } from './refund.ts'

const cursors = cursorsFor('refunds', refundId)

/** Refunds, newest first. */
export const listRefunds =
  ({ database }: PaymentsDeps) =>
  async (
    context: TxContext,
    input: InputOf<typeof paymentsContract, 'listRefunds'>,
  ): Promise<Page<Refund>> => {
    const { limit, cursor, ...query } = input
    const after = cursors.read(cursor, query)
    const rows = await database.on(context).execute<RefundRow>(sql`
      select * from payments.refund
       where true
             ${query.status === undefined ? sql`` : sql`and status = ${query.status}`}
             ${query.orderId === undefined ? sql`` : sql`and order_id = ${query.orderId}`}
             ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc
       limit ${limit + 1}`)
    return pageFrom(rows, limit, showRefund, row => cursors.write(row.id, query))
  }
