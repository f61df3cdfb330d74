import {
  actingAs,
  type Id,
  type InputOf,
  type InTx,
  service,
  type TxContext,
  withoutTx,
} from '@plinth/kernel'
import type { ChargeOutcome, Payment, PaymentsContract } from '@plinth/payments-contract'
import type { OrdersDeps } from '../deps.ts'

type Deps = Pick<OrdersDeps, 'neighbours'>

/** Notes down what is to be paid; throws `validation_failed` for a provider that this shop does not have. */
export const createPayment = (
  { neighbours }: Deps,
  context: InTx,
  input: InputOf<PaymentsContract, 'createPayment'>,
): Promise<Payment> => neighbours.payments.createPayment(actingAs(context, service('orders')), input)

/** Charges, or asks what became of an earlier charge. Never within a transaction. */
export const charge = (
  { neighbours }: Deps,
  context: TxContext,
  paymentId: Id<'Payment'>,
): Promise<ChargeOutcome> =>
  neighbours.payments.charge(actingAs(withoutTx(context), service('orders')), { paymentId })

/** Calls a payment off, unless it is captured already. Never within a transaction. */
export const abandon = (
  { neighbours }: Deps,
  context: TxContext,
  paymentId: Id<'Payment'>,
): Promise<ChargeOutcome> =>
  neighbours.payments.abandon(actingAs(withoutTx(context), service('orders')), { paymentId })

/** Has payments write down what the provider said. */
export const settlePayment = (
  { neighbours }: Deps,
  context: TxContext,
  paymentId: Id<'Payment'>,
  result: ChargeOutcome,
): Promise<Payment> => neighbours.payments.settle(actingAs(context, service('orders')), { paymentId, result })

/** Sends back what was captured for an order that is not kept. */
export const refundPayment = (
  { neighbours }: Deps,
  context: TxContext,
  paymentId: Id<'Payment'>,
  reason: string,
): Promise<Payment> =>
  neighbours.payments.refundPayment(actingAs(context, service('orders')), { paymentId, reason })

/** How the payments of these orders stand, at most 100 of them. */
export const paymentsOf = async (
  { neighbours }: Deps,
  context: TxContext,
  orderIds: readonly Id<'Order'>[],
): Promise<ReadonlyMap<Id<'Order'>, Payment>> => {
  if (orderIds.length === 0) return new Map()
  const payments = await neighbours.payments.getPayments(actingAs(context, service('orders')), {
    orderIds: [...orderIds],
  })
  return new Map(payments.map(payment => [payment.orderId, payment]))
}

/** How the payment of an order stands. Every order has one. */
export const paymentOf = async (deps: Deps, context: TxContext, orderId: Id<'Order'>): Promise<Payment> => {
  const payment = (await paymentsOf(deps, context, [orderId])).get(orderId)
  if (payment === undefined) throw new Error(`payments know nothing of order ${orderId}`)
  return payment
}
