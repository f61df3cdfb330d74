import {
  actingAs,
  type CallContext,
  type InputOf,
  type OutputOf,
  service,
  Unavailable,
  ValidationFailed,
} from '@plinth/kernel'
import { IdempotencyKeyReused, type OrdersContract, PaymentUnavailable } from '@plinth/orders-contract'
import { sql } from 'drizzle-orm'
import { askForPayment, type Unsettled } from './ask-for-payment.ts'
import { type CheckoutKey, freeKey, keyOf } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { openingOf } from './draft.ts'
import { paymentOf } from './neighbours/payments.ts'
import { openOrder } from './open-order.ts'
import { type OrderAndPayment, showOrder } from './order-view.ts'
import { settleOrder } from './settle-order.ts'
import { type SettlePaid, settlePaid } from './settle-paid.ts'
import { readOrders, type StoredOrder } from './stored-order.ts'
import { userOf } from './who.ts'

type Request = InputOf<OrdersContract, 'checkout'>
type Answer = OutputOf<OrdersContract, 'checkout'>

/**
 * Turns the cart into an order and charges it: one transaction that opens the order, the provider outside
 * any, one transaction that settles it. A crash in between leaves an order that its key, or else the job
 * that settles open payments, takes up where it was left.
 */
export const checkout = (orders: OrdersDeps) => {
  const deps = { ...orders, settlePaid: settlePaid(orders) }
  const open = openOrder(orders)
  return async (context: CallContext, request: Request): Promise<Answer> => {
    assertProvider(deps, request)
    const key = keyOf(context, userOf(context), request)
    const opened = await open(context, openingOf(key, request))
    if (opened === undefined) return resume(deps, context, key)
    const settled = await settle(deps, context, opened, { ...opened.order, overdue: false }, key)
    if (settled.order.paymentOutcome === 'failed') throw PaymentUnavailable()
    return answerOf(settled, false)
  }
}

interface CheckoutDeps extends OrdersDeps {
  readonly settlePaid: SettlePaid
}

const assertProvider = ({ settings: { paymentProvider } }: OrdersDeps, { payment }: Request): void => {
  if (payment.provider === paymentProvider) return
  throw ValidationFailed({
    errors: [{ pointer: '/payment/provider', detail: `This shop takes ${paymentProvider}.` }],
  })
}

/** The order that the key stands for, brought to its end if it waits for one. */
const resume = async (deps: CheckoutDeps, context: CallContext, key: CheckoutKey): Promise<Answer> => {
  const found = await deps.findKey(context, key)
  // The key was freed a moment ago: its next use starts anew.
  if (found === undefined) throw Unavailable()
  if (found.fingerprint !== key.fingerprint) throw IdempotencyKeyReused()
  const [orders, payment] = await Promise.all([
    readOrders(deps.database, context, sql`where o.id = ${found.orderId}`),
    paymentOf(deps, context, found.orderId),
  ])
  const [order] = orders
  if (order === undefined) throw new Error(`there is no order ${found.orderId}`)
  if (order.paymentOutcome !== null) return answerOf({ order, payment }, true)
  const { overdue } = found
  return answerOf(await settle(deps, context, { order, payment }, { ...order, overdue }), true)
}

/**
 * Asks for the payment and settles what is known by then. From here on the order is there, so it goes on
 * when the client hangs up.
 *
 * @param key freed when nothing was charged
 */
const settle = async (
  deps: CheckoutDeps,
  { signal: _, ...context }: CallContext,
  open: OrderAndPayment,
  unsettled: Unsettled,
  key?: CheckoutKey,
): Promise<OrderAndPayment> => {
  const own = actingAs(context, service('orders'))
  const result = await askForPayment(deps, { ...own, deadline: patience(own.deadline) }, unsettled)
  if (result.outcome === 'pending') return open
  if (result.outcome === 'captured') return deps.settlePaid(own, open.order, result)
  return deps.database.transaction(own, async inTx => {
    const settled = await settleOrder(deps, inTx, open.order, result)
    if (key !== undefined && settled.order.paymentOutcome === 'failed')
      await freeKey(deps, inTx, key, open.order.id)
    return settled
  })
}

/** How long the provider may take: what is left after it must do for settling and answering. */
const patience = (deadline = Number.POSITIVE_INFINITY) => Math.min(Date.now() + 3_000, deadline - 1_000)

const answerOf = ({ order, payment }: OrderAndPayment, repeated: boolean): Answer => ({
  outcome: outcomeOf(order),
  repeated,
  order: showOrder({ order, payment }),
})

/** What became of the order; of one that was cancelled, what became of its payment. */
const outcomeOf = ({ status, paymentOutcome }: StoredOrder): Answer['outcome'] => {
  switch (status) {
    case 'paid':
    case 'fulfilled':
      return 'paid'
    case 'failed':
      return 'declined'
    case 'pending_payment':
      return 'pending'
    case 'cancelled':
      return cancelledOutcome(paymentOutcome)
  }
}

const cancelledOutcome = (paymentOutcome: StoredOrder['paymentOutcome']): Answer['outcome'] => {
  if (paymentOutcome === null) return 'pending'
  return paymentOutcome === 'captured' ? 'paid' : 'declined'
}
