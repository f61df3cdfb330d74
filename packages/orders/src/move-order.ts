import type { InTx } from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import type { Appended } from '@plinth/postgres'
import type { OrdersDeps } from './deps.ts'
import { type Decision, decide } from './order.ts'
import { showLines } from './order-view.ts'
import type { LockedOrder, PaymentOutcome, StoredOrder } from './stored-order.ts'
import type { Move } from './write-move.ts'

type Parts = Pick<OrdersDeps, 'writeMove'>
type Moved = Extract<Decision, { readonly outcome: 'moved' }>

/** Who moves an order, and why. */
export interface Occasion {
  /** The user, or the part of the shop. */
  readonly by: string
  readonly reason: string | null
  /** What became of the payment, where that is the occasion. */
  readonly paymentOutcome?: PaymentOutcome
}

/** Carries out a decision on a locked order. Gives the order as it is then. */
export const moveOrder = async (
  { writeMove }: Parts,
  context: InTx,
  { order, now }: LockedOrder,
  decision: Moved,
  occasion: Occasion,
): Promise<StoredOrder> => {
  const after = moved(order, decision, occasion, now)
  const event = eventOf(after, order.status === 'paid', now)
  const at = await writeMove(context, moveOf(order, decision, occasion, event))
  if (at === undefined) throw new Error(`order ${order.id} is not ${order.status}, though it was locked`)
  return after
}

/**
 * Pays an order as it was when it was last read, without having locked it. Undefined, and nothing is done, where it
 * waits for its payment no more.
 */
export const payUnlocked = async (
  { writeMove }: Parts,
  context: InTx,
  order: StoredOrder,
  occasion: Occasion,
): Promise<StoredOrder | undefined> => {
  const decision = decide(order, { do: 'pay' })
  if (decision.outcome !== 'moved') return undefined
  const event = { ...placedEvent(order), traceparent: context.traceparent }
  const at = await writeMove(context, moveOf(order, decision, occasion, event))
  return at && moved(order, decision, occasion, at)
}

const moveOf = (
  { id: orderId, status: from }: StoredOrder,
  { to }: Moved,
  { by, reason, paymentOutcome }: Occasion,
  event: Appended | undefined,
): Move => ({ orderId, from, to, by, reason, paymentOutcome: paymentOutcome ?? null, event })

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
