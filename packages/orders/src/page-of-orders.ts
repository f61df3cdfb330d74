import { type CallContext, cursorsFor, idOf, type Page, pageFrom } from '@plinth/kernel'
import type { Order } from '@plinth/orders-contract'
import { type SQL, sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { paymentsOf } from './neighbours/payments.ts'
import { showOrder } from './order-view.ts'
import { readOrders, type StoredOrder } from './stored-order.ts'

/** Which page of which list. */
export interface Wanted {
  readonly limit: number
  readonly cursor?: string | undefined
  /** What the list was asked for: a cursor fits no other. */
  readonly query: object
  /** Conditions on `orders.order o`. */
  readonly conditions: readonly SQL[]
}

const orderCursors = cursorsFor('orders', idOf('Order'))

/** Rows of a page of orders, newest first: one more than asked for where there is a next page. */
export const readPage = (
  { database }: Pick<OrdersDeps, 'database'>,
  context: CallContext,
  { limit, cursor, query, conditions }: Wanted,
): Promise<StoredOrder[]> => {
  const after = orderCursors.read(cursor, query)
  const all = after === undefined ? conditions : [...conditions, sql`o.id < ${after}`]
  return readOrders(
    database,
    context,
    sql`where ${sql.join([...all, sql`true`], sql` and `)} order by o.id desc limit ${limit + 1}`,
  )
}

/** The cursor behind an order. */
export const cursorAfter = (order: StoredOrder, query: object): string => orderCursors.write(order.id, query)

/** A page of orders, newest first, each with its payment. */
export const pageOfOrders = async (
  deps: OrdersDeps,
  context: CallContext,
  wanted: Wanted,
): Promise<Page<Order>> => {
  const { limit, query } = wanted
  const orders = await readPage(deps, context, wanted)
  const payments = await paymentsOf(
    deps,
    context,
    orders.slice(0, limit).map(order => order.id),
  )
  const show = (order: StoredOrder) => {
    const payment = payments.get(order.id)
    if (payment === undefined) throw new Error(`payments know nothing of order ${order.id}`)
    return showOrder({ order, payment })
  }
  return pageFrom(orders, limit, show, order => cursorAfter(order, query))
}
