import { actingAs, type InTx, service, type TxContext } from '@plinth/kernel'
import type { ChargeOutcome, Payment } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { moveOrder } from './move-order.ts'
import { returnLines } from './neighbours/cart.ts'
import { releaseStock, sellStock } from './neighbours/catalog.ts'
import { paymentOf, refundPayment, settlePayment } from './neighbours/payments.ts'
import { type Command, decide } from './order.ts'
import type { OrderAndPayment } from './order-view.ts'
import { type LockedOrder, lockOrder, type PaymentOutcome, type StoredOrder } from './stored-order.ts'

/** What became of a payment, once that is known. */
export type Known = Exclude<ChargeOutcome, { readonly outcome: 'pending' }>

/**
 * Acts on what became of the payment of an order, once, in one transaction: the order is kept and its
 * stock sold; or it fails, and stock and cart are as before; or it was cancelled meanwhile and stays so.
 * What came in for an order that is not kept goes back.
 */
export const settleOrder = (
  deps: OrdersDeps,
  context: TxContext,
  { id }: Pick<StoredOrder, 'id'>,
  result: Known,
): Promise<OrderAndPayment> =>
  deps.database.transaction(actingAs(context, service('orders')), async inTx => {
    const locked = await lockOrder(deps.database, inTx, sql`o.id = ${id}`)
    if (locked === undefined) throw new Error(`there is no order ${id}`)
    const { order } = locked
    if (order.paymentOutcome !== null) return { order, payment: await paymentOf(deps, inTx, order.id) }
    if (order.status === 'cancelled') return leaveCancelled(deps, inTx, order, result)
    if (result.outcome === 'captured') return keep(deps, inTx, locked, result)
    const [failed, payment] = await Promise.all([
      fail(deps, inTx, locked, result.outcome, result.reason),
      recordOutcome(deps, inTx, order, result),
    ])
    return { order: failed, payment }
  })

/** The money is in: the order is kept if its stock still is, or was taken anew. */
const keep = async (
  deps: OrdersDeps,
  context: InTx,
  locked: LockedOrder,
  result: Known,
): Promise<OrderAndPayment> => {
  const { order } = locked
  const [payment, sold] = await Promise.all([
    recordOutcome(deps, context, order, result),
    sellStock(deps, context, order.id),
  ])
  if (sold) return { order: await move(deps, context, locked, { do: 'pay' }, 'captured', null), payment }
  const reason = 'It was paid too late: the stock was gone.'
  return {
    order: await fail(deps, context, locked, 'captured', reason),
    payment: await refundPayment(deps, context, order.paymentId, reason),
  }
}

/**
 * Nothing is held for the order any more, and what it took is back in the cart. The cart comes before the
 * stock, as in a checkout, so that the two do not wait for each other.
 */
const fail = async (
  deps: OrdersDeps,
  context: InTx,
  locked: LockedOrder,
  outcome: PaymentOutcome,
  reason: string,
): Promise<StoredOrder> => {
  const failed = await move(deps, context, locked, { do: 'fail' }, outcome, reason.slice(0, 500))
  await returnLines(deps, context, failed.id)
  await releaseStock(deps, context, failed.id)
  return failed
}

/** The stock goes back by the event of the cancellation; a capture that came to light only now, from here. */
const leaveCancelled = async (
  deps: OrdersDeps,
  context: InTx,
  order: StoredOrder,
  result: Known,
): Promise<OrderAndPayment> => {
  const settled = await recordOutcome(deps, context, order, result)
  await deps.database.on(context).execute(sql`
    update orders.order set payment_outcome = ${result.outcome}, next_check_at = null where id = ${order.id}`)
  return {
    order: { ...order, paymentOutcome: result.outcome },
    payment:
      result.outcome === 'captured'
        ? await refundPayment(deps, context, order.paymentId, `Order ${order.number} was cancelled.`)
        : settled,
  }
}

const move = (
  deps: OrdersDeps,
  context: InTx,
  locked: LockedOrder,
  command: Command,
  paymentOutcome: PaymentOutcome,
  reason: string | null,
): Promise<StoredOrder> => {
  const { order } = locked
  const decision = decide(order, command)
  if (decision.outcome !== 'moved') throw new Error(`cannot ${command.do} an order that is ${order.status}`)
  return moveOrder(deps, context, locked, decision, { by: 'orders', reason, paymentOutcome })
}

/** Payments' own record is what counts. Where it says otherwise nothing is done, and payments are asked again. */
export const recordOutcome = async (
  deps: OrdersDeps,
  context: InTx,
  order: StoredOrder,
  result: Known,
): Promise<Payment> => {
  const payment = await settlePayment(deps, context, order.paymentId, result)
  const { status } = payment
  const recorded = status === 'declined' || status === 'failed' || status === 'pending' ? status : 'captured'
  if (recorded !== result.outcome)
    throw new Error(`the payment of order ${order.id} is ${status}, not ${result.outcome}`)
  return payment
}
