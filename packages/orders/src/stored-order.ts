import { type Id, type InTx, type Money, moneyOf, type TxContext } from '@plinth/kernel'
import type { OrderStatus, ShippingAddress } from '@plinth/orders-contract'
import type { Database } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import type { LineStatus } from './order.ts'

/** What is bought, at a price in the order's currency. */
export interface StoredLine {
  readonly variantId: Id<'Variant'>
  readonly productId: Id<'Product'>
  readonly sellerId: Id<'User'>
  readonly sku: string
  readonly title: string
  readonly quantity: number
  /** In minor units. */
  readonly unitPrice: number
  readonly status: LineStatus
}

/** One state that an order was in. */
export interface StoredState {
  readonly status: OrderStatus
  /** RFC 3339. */
  readonly at: string
  readonly by: string
  readonly reason: string | null
}

/** What became of a payment, once its order has acted on it. */
export type PaymentOutcome = 'captured' | 'declined' | 'failed'

/** An order with its lines and its history. */
export interface StoredOrder {
  readonly id: Id<'Order'>
  readonly number: string
  readonly userId: Id<'User'>
  readonly status: OrderStatus
  readonly lines: readonly StoredLine[]
  readonly total: Money
  readonly shippingAddress: ShippingAddress
  readonly paymentId: Id<'Payment'>
  /** Null until it is known and acted on. */
  readonly paymentOutcome: PaymentOutcome | null
  readonly placedAt: Date
  readonly paidAt: Date | null
  readonly cancelledAt: Date | null
  readonly history: readonly StoredState[]
}

/**
 * The orders that a query of `orders.order o` finds: give it everything that comes after `from`, such as
 * `where o.id = ...` or `order by o.id desc limit 20`.
 */
export const readOrders = async (
  database: Database,
  context: TxContext,
  rest: SQL,
): Promise<StoredOrder[]> => {
  const rows = await database.on(context).execute<OrderRow>(sql`
    select o.id, o.number, o.user_id, o.status, o.total, o.currency, o.shipping_address, o.payment_id,
           o.payment_outcome, o.placed_at, o.paid_at, o.cancelled_at,
           (select jsonb_agg(jsonb_build_object(
                     'variantId', variant_id, 'productId', product_id, 'sellerId', seller_id, 'sku', sku,
                     'title', title, 'quantity', quantity, 'unitPrice', unit_price, 'status', line.status)
                   order by position)
              from orders.order_line line where order_id = o.id) as lines,
           (select jsonb_agg(jsonb_build_object(
                     'status', state.status, 'at', at, 'by', made_by, 'reason', reason))
              from orders.order_history state where order_id = o.id) as history
      from orders.order o ${rest}`)
  return rows.map(orderOf)
}

/** An order that nobody else can change until the transaction is over. */
export interface LockedOrder {
  readonly order: StoredOrder
  /** The time of the transaction, by the database's clock: what `now()` says in each of its statements. */
  readonly now: Date
}

/**
 * Locks an order: whoever changes one locks it first. `condition` is about `orders.order o`. The lock is a
 * statement of its own, and the first, because only the next one is sure to see the lines and the history
 * as whoever held the lock before has left them.
 */
export const lockOrder = async (
  database: Database,
  context: InTx,
  condition: SQL,
): Promise<LockedOrder | undefined> => {
  const lock = async () =>
    database
      .on(context)
      .execute<{ now: Date }>(sql`select now() from orders.order o where ${condition} for no key update`)
  const [[locked], [order]] = await Promise.all([
    lock(),
    readOrders(database, context, sql`where ${condition}`),
  ])
  return locked && order && { order, now: locked.now }
}

type OrderRow = {
  readonly id: Id<'Order'>
  readonly number: number
  readonly user_id: Id<'User'>
  readonly status: OrderStatus
  readonly total: number
  readonly currency: string
  readonly shipping_address: ShippingAddress
  readonly payment_id: Id<'Payment'>
  readonly payment_outcome: PaymentOutcome | null
  readonly placed_at: Date
  readonly paid_at: Date | null
  readonly cancelled_at: Date | null
  readonly lines: StoredLine[] | null
  readonly history: StoredState[] | null
}

const orderOf = (row: OrderRow): StoredOrder => ({
  id: row.id,
  number: String(row.number),
  userId: row.user_id,
  status: row.status,
  lines: row.lines ?? [],
  total: moneyOf(row.total, row.currency),
  shippingAddress: row.shipping_address,
  paymentId: row.payment_id,
  paymentOutcome: row.payment_outcome,
  placedAt: row.placed_at,
  paidAt: row.paid_at,
  cancelledAt: row.cancelled_at,
  history: inOrder(row.history ?? []),
})

/** States come one after the other on one road, so their rank is their order. */
const inOrder = (history: readonly StoredState[]): StoredState[] =>
  [...history].sort((a, b) => rank[a.status] - rank[b.status])

const rank: Readonly<Record<OrderStatus, number>> = {
  pending_payment: 0,
  paid: 1,
  fulfilled: 2,
  failed: 2,
  cancelled: 2,
}
