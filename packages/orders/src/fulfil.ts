import { type CallContext, type InputOf, NotFound } from '@plinth/kernel'
import { NotFulfillable, type OrdersContract, type Sale } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { moveOrder } from './move-order.ts'
import { decide } from './order.ts'
import { showSale } from './order-view.ts'
import { lockOrder } from './stored-order.ts'
import { nameOf, userOf } from './who.ts'

/** The actor's lines of an order are on their way; when all lines are, so is the order. */
export const fulfil =
  (deps: OrdersDeps) =>
  (context: CallContext, { orderId }: InputOf<OrdersContract, 'fulfil'>): Promise<Sale> =>
    deps.database.transaction(context, async inTx => {
      const sellerId = userOf(context)
      const locked = await lockOrder(
        deps.database,
        inTx,
        sql`o.id = ${orderId} and exists (
          select from orders.order_line own where own.order_id = o.id and own.seller_id = ${sellerId})`,
      )
      if (locked === undefined) throw NotFound()
      const { order } = locked
      const decision = decide(order, { do: 'fulfil', sellerId })
      switch (decision.outcome) {
        case 'refused':
          throw NotFulfillable()
        case 'nothing':
          return showSale(order, sellerId)
        case 'moved':
          return showSale(
            await moveOrder(deps, inTx, locked, decision, { by: nameOf(context), reason: null }),
            sellerId,
          )
        case 'lines': {
          await deps.database.on(inTx).execute(sql`
            update orders.order_line set status = 'fulfilled'
             where order_id = ${orderId} and seller_id = ${sellerId} and status = 'open'`)
          const lines = order.lines.map((line, at) => ({
            ...line,
            status: decision.lines[at] ?? line.status,
          }))
          return showSale({ ...order, lines }, sellerId)
        }
      }
    })
