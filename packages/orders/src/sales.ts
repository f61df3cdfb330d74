import {
  type CallContext,
  cursorsFor,
  type InputOf,
  idOf,
  NotFound,
  type Page,
  pageFrom,
} from '@plinth/kernel'
import type { OrdersContract, Sale } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { showSale } from './order-view.ts'
import { readOrders } from './stored-order.ts'
import { userOf } from './who.ts'

const cursors = cursorsFor('sales', idOf('Order'))

/** What was sold of the actor's own products, newest first. An order is a sale from the moment it is paid. */
export const listSales =
  ({ database }: Pick<OrdersDeps, 'database'>) =>
  async (
    context: CallContext,
    { limit, cursor, status }: InputOf<OrdersContract, 'listSales'>,
  ): Promise<Page<Sale>> => {
    const sellerId = userOf(context)
    const query = { sellerId, status }
    // An order is no sale then.
    if (status === 'pending_payment' || status === 'failed') return { data: [], nextCursor: null }
    const after = cursors.read(cursor, query)
    const orders = await readOrders(
      database,
      context,
      sql`
      join orders.sale s on s.order_id = o.id
      where s.seller_id = ${sellerId}
        ${after === undefined ? sql`` : sql`and s.order_id < ${after}`}
        ${status === undefined ? sql`` : sql`and s.status = ${status}`}
      order by s.order_id desc limit ${limit + 1}`,
    )
    return pageFrom(
      orders,
      limit,
      order => showSale(order, sellerId),
      order => cursors.write(order.id, query),
    )
  }

/** The actor's own part of a paid order. */
export const getSale =
  ({ database }: Pick<OrdersDeps, 'database'>) =>
  async (context: CallContext, { orderId }: InputOf<OrdersContract, 'getSale'>): Promise<Sale> => {
    const sellerId = userOf(context)
    const [order] = await readOrders(
      database,
      context,
      sql`join orders.sale s on s.order_id = o.id where o.id = ${orderId} and s.seller_id = ${sellerId}`,
    )
    if (order === undefined) throw NotFound()
    return showSale(order, sellerId)
  }
