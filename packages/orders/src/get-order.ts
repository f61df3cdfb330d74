import { type CallContext, type InputOf, NotFound } from '@plinth/kernel'
import { ordersPermissions as can, type Order, type OrdersContract } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { paymentOf } from './neighbours/payments.ts'
import { showOrder } from './order-view.ts'
import { readOrders } from './stored-order.ts'
import { visibleTo } from './who.ts'

/** One order, for its buyer or an admin. */
export const getOrder =
  (deps: OrdersDeps) =>
  async (context: CallContext, { orderId }: InputOf<OrdersContract, 'getOrder'>): Promise<Order> => {
    const [order] = await readOrders(
      deps.database,
      context,
      sql`where o.id = ${orderId} and ${visibleTo(context, can.readAny)}`,
    )
    if (order === undefined) throw NotFound()
    return showOrder({ order, payment: await paymentOf(deps, context, orderId) })
  }
