import { assertMatch, type CallContext, type InputOf, type InTx, NotFound } from '@plinth/kernel'
import {
  ordersPermissions as can,
  NotCancellable,
  type Order,
  type OrdersContract,
} from '@plinth/orders-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { moveOrder } from './move-order.ts'
import { paymentOf } from './neighbours/payments.ts'
import { decide } from './order.ts'
import { showOrder } from './order-view.ts'
import { type LockedOrder, lockOrder, type StoredOrder } from './stored-order.ts'
import { nameOf, visibleTo } from './who.ts'

/**
 * Cancels an order. The event brings back the stock and what was captured; a payment that is still open is
 * called off, or refunded, by whoever settles it.
 */
export const cancelOrder =
  (deps: OrdersDeps) =>
  (
    context: CallContext,
    { orderId, reason, ifMatch }: InputOf<OrdersContract, 'cancelOrder'>,
  ): Promise<Order> =>
    deps.database.transaction(context, async inTx => {
      const locked = await lockOrder(
        deps.database,
        inTx,
        sql`o.id = ${orderId} and ${visibleTo(context, can.cancelAny)}`,
      )
      if (locked === undefined) throw NotFound()
      const payment = await paymentOf(deps, inTx, orderId)
      assertMatch(ifMatch, showOrder({ order: locked.order, payment }))
      const cancelled = await cancel(deps, inTx, locked, reason ?? null)
      return showOrder({ order: cancelled, payment })
    })

const cancel = async (
  deps: OrdersDeps,
  context: InTx,
  locked: LockedOrder,
  reason: string | null,
): Promise<StoredOrder> => {
  const { order } = locked
  const decision = decide(order, { do: 'cancel' })
  if (decision.outcome === 'nothing') return order
  if (decision.outcome !== 'moved') throw NotCancellable()
  if (order.paymentOutcome === null) afterCommit(context, deps.wakeSettling)
  await deps.audit.append(context, {
    action: 'orders.cancelled',
    subject: { kind: 'order', id: order.id },
    details: { from: order.status },
  })
  return moveOrder(deps, context, locked, decision, { by: nameOf(context), reason })
}
