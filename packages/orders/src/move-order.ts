import type { InTx } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import type { Appended } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { type Decision, decide } from './order.ts'
import { showLines } from './order-view.ts'
import type { LockedOrder, PaymentOutcome, StoredOrder } from './stored-order.ts'

type Parts = Pick<OrdersDeps, 'database' | 'outbox'>
type Moved = Extract<Decision, { readonly outcome: 'moved' }>

/** Who moves an order, and why. */
export interface Occasion {
  /** The user, or the part of the shop. */
  readonly by: string
  readonly reason: string | null
  /** What became of the payment, where that is the occasion. */
  readonly paymentOutcome?: PaymentOutcome
}

/**
 * Carries out a decision on a locked order: the order, its lines, one row of history, and the event about
 * it, all in one statement. Gives the order as it is then.
 */
export const moveOrder = async (
  deps: Parts,
  context: InTx,
  { order, now }: LockedOrder,
  decision: Moved,
  occasion: Occasion,
): Promise<StoredOrder> => {
  const after = moved(order, decision, occasion, now)
  const at = await write(
    deps,
    context,
    order,
    decision,
    occasion,
    eventOf(after, order.status === 'paid', now),
  )
  if (at === undefined) throw new Error(`order ${order.id} is not ${order.status}, though it was locked`)
  return after
}

/**
 * Pays an order as it was when it was last read, without having locked it. Undefined, and nothing is done, where it
 * waits for its payment no more.
 */
export const payUnlocked = async (
  deps: Parts,
  context: InTx,
  order: StoredOrder,
  occasion: Occasion,
): Promise<StoredOrder | undefined> => {
  const decision = decide(order, { do: 'pay' })
  if (decision.outcome !== 'moved') return undefined
  const at = await write(deps, context, order, decision, occasion, placedEvent(order))
  return at && moved(order, decision, occasion, at)
}

const moved = (
  order: StoredOrder,
  { to, lines }: Moved,
  { by, reason, paymentOutcome }: Occasion,
  now: Date,
): StoredOrder => ({
  ...order,
  status: to,
  lines: order.lines.map((line, at) => ({ ...line, status: lines[at] ?? line.status })),
  paymentOutcome: paymentOutcome ?? order.paymentOutcome,
  paidAt: to === 'paid' ? now : order.paidAt,
  cancelledAt: to === 'cancelled' ? now : order.cancelledAt,
  history: [...order.history, { status: to, at: now.toISOString(), by, reason }],
})

/** When it was done, by the database's clock: the time of the transaction. Undefined where the order was not as given. */
const write = async (
  { database, outbox }: Parts,
  context: InTx,
  order: StoredOrder,
  { to }: Moved,
  { by, reason, paymentOutcome }: Occasion,
  event: Appended | undefined,
): Promise<Date | undefined> => {
  const outcome = paymentOutcome ?? null
  const announced = event && sql`, announced as (${outbox.appendWhen(context, 'moved', event.event, event)})`
  const [noted] = await database.on(context).execute<{ at: Date }>(sql`
    with moved as (
      update orders.order o
         set status = ${to},
             payment_outcome = coalesce(${outcome}, payment_outcome),
             next_check_at = case
               when ${outcome}::text is not null or next_check_at is null then null
               when ${to} = 'cancelled' then now()
               else next_check_at
             end,
             paid_at = case when ${to} = 'paid' then now() else paid_at end,
             cancelled_at = case when ${to} = 'cancelled' then now() end
       where o.id = ${order.id} and o.status = ${order.status}
      returning o.id
    ), line as (
      update orders.order_line line set status = ${to}
        from moved
       where line.order_id = moved.id and line.status = 'open' and ${to} in ('fulfilled', 'cancelled')
    ), sale as (
      insert into orders.sale (seller_id, order_id)
      select distinct line.seller_id, moved.id
        from moved join orders.order_line line on line.order_id = moved.id
       where ${to} = 'paid'
    )${announced}
    insert into orders.order_history (order_id, status, made_by, reason)
    select id, ${to}, ${by}, ${reason} from moved
    returning at`)
  return noted?.at
}

const eventOf = (order: StoredOrder, wasPaid: boolean, now: Date): Appended | undefined => {
  const { id: orderId, number, userId, total } = order
  const about = { orderId, number, userId, total }
  const at = now.toISOString()
  const { cancelled, fulfilled } = ordersContract.events
  switch (order.status) {
    case 'paid':
      return placedEvent(order)
    case 'cancelled':
      return {
        event: cancelled,
        subject: orderId,
        data: {
          ...about,
          lines: showLines(order),
          reason: order.history.at(-1)?.reason ?? null,
          wasPaid,
          cancelledAt: at,
        },
      }
    case 'fulfilled':
      return { event: fulfilled, subject: orderId, data: { ...about, fulfilledAt: at } }
    case 'pending_payment':
    case 'failed':
      return undefined
  }
}

const placedEvent = (order: StoredOrder): Appended => {
  const { id: orderId, number, userId, total, placedAt } = order
  return {
    event: ordersContract.events.placed,
    subject: orderId,
    data: { orderId, number, userId, total, lines: showLines(order), placedAt: placedAt.toISOString() },
  }
}
