import { type Id, type Money, moneyOf, sum, times } from '@plinth/kernel'
import type { Order, OrderLine, Sale } from '@plinth/orders-contract'
import type { Payment } from '@plinth/payments-contract'
import type { StoredLine, StoredOrder } from './stored-order.ts'

/** An order together with its payment. */
export interface OrderAndPayment {
  readonly order: StoredOrder
  readonly payment: Payment
}

/** An order as its buyer sees it. */
export const showOrder = ({ order, payment }: OrderAndPayment): Order => ({
  id: order.id,
  number: order.number,
  status: order.status,
  lines: showLines(order),
  subtotal: subtotalOf(order.lines, order.total.currency),
  total: order.total,
  shippingAddress: order.shippingAddress,
  payment: showPayment(order, payment),
  placedAt: order.placedAt.toISOString(),
  cancelledAt: order.cancelledAt?.toISOString() ?? null,
  history: order.history.map(({ status, at, by, reason }) => ({
    status,
    at: toTheMillisecond(at),
    by,
    reason,
  })),
})

/** A moment as PostgreSQL writes it in JSON, as the API does. A page of orders has sixty, too many to make a `Date` of each. */
const toTheMillisecond = (at: string): string =>
  withMicroseconds.test(at) ? `${at.slice(0, '2026-01-02T03:04:05.678'.length)}Z` : new Date(at).toISOString()

const withMicroseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}\+00:00$/

/** The lines as orders, and the events about them, show them. */
export const showLines = ({ lines, total: { currency } }: StoredOrder): OrderLine[] =>
  lines.map(line => showLine(line, currency))

/** The part of an order that a seller sees: the own lines, and what they add up to. */
export const showSale = (order: StoredOrder, sellerId: Id<'User'>): Sale => {
  const own = order.lines.filter(line => line.sellerId === sellerId)
  const { currency } = order.total
  return {
    id: order.id,
    number: order.number,
    status: order.status,
    lines: own.map(line => ({ ...showLine(line, currency), status: line.status })),
    subtotal: subtotalOf(own, currency),
    shippingAddress: order.shippingAddress,
    placedAt: order.placedAt.toISOString(),
  }
}

/**
 * How the payment stands, in step with the order: the two are read one after the other, and the payment may
 * have been settled in between. What a cancelled order has captured goes back without fail, so it shows as
 * on its way from the moment of the cancellation, though payments may hear of it a little later.
 */
export const showPayment = (
  { status, paymentOutcome }: Pick<StoredOrder, 'status' | 'paymentOutcome'>,
  payment: Payment,
): Order['payment'] => {
  const { id, provider, amount, refunded } = payment
  const settled = payment.status === 'pending' ? paymentOutcome : payment.status
  const known = paymentOutcome === null || settled === null ? 'pending' : settled
  const goesBack = status === 'cancelled' && known === 'captured' && amount.amount > 0
  return { id, provider, status: goesBack ? 'refund_pending' : known, amount, refunded }
}

const showLine = (line: StoredLine, currency: string): OrderLine => {
  const { status: _, unitPrice: amount, ...rest } = line
  const unitPrice = moneyOf(amount, currency)
  return { ...rest, unitPrice, lineTotal: times(unitPrice, line.quantity) }
}

const subtotalOf = (lines: readonly StoredLine[], currency: string): Money =>
  sum(
    lines.map(line => moneyOf(line.unitPrice * line.quantity, currency)),
    currency,
  )
