import { type CallContext, contextOf, type Id, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { askForPayment, type Unsettled } from './ask-for-payment.ts'
import type { OrdersDeps } from './deps.ts'
import { settleOrder } from './settle-order.ts'
import type { StoredOrder } from './stored-order.ts'

const batch = 10

/**
 * Brings open payments to their end: of requests whose process died, of answers that got lost, of orders
 * that were cancelled before they were paid. Replicas share the work, since whoever takes an order up sets
 * the time of its next turn: 4, 8, then 15 seconds away, longer than any turn takes.
 */
export const settleOpenPayments = (deps: OrdersDeps): Job =>
  createJob({
    name: 'orders.settle-open-payments',
    everyMs: 2_000,
    run: async () => {
      const due = await takeUp(deps)
      await Promise.all(due.map(order => bringToItsEnd(deps, order)))
      return due.length === batch ? 'again' : 'done'
    },
  })

const takeUp = async ({ database, settings }: OrdersDeps): Promise<Unsettled[]> => {
  const rows = await database.on(contextOf(service('orders'))).execute<UnsettledRow>(sql`
    update orders.order o
       set checks = checks + 1, next_check_at = now() + least(15, 4 * 2 ^ least(checks, 2)) * interval '1 second'
     where o.id in (
       select due.id from orders.order due where due.next_check_at <= now()
        order by due.next_check_at limit ${batch} for no key update skip locked)
    returning o.id, o.payment_id, o.status,
              o.placed_at < now() - make_interval(secs => ${settings.reservationTtlSeconds}) as overdue`)
  return rows.map(({ payment_id: paymentId, ...row }) => ({ ...row, paymentId }))
}

const bringToItsEnd = async (deps: OrdersDeps, order: Unsettled): Promise<void> => {
  const context: CallContext = { actor: service('orders'), deadline: Date.now() + 3_500 }
  try {
    const result = await askForPayment(deps, context, order)
    if (result.outcome !== 'pending') await settleOrder(deps, context, order, result)
  } catch (error) {
    deps.logger.error(
      { err: error, orderId: order.id },
      'an open payment could not be settled; it will be tried again',
    )
  }
}

type UnsettledRow = {
  readonly id: Id<'Order'>
  readonly payment_id: Id<'Payment'>
  readonly status: StoredOrder['status']
  readonly overdue: boolean
}
