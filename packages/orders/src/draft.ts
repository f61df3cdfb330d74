import type { CatalogContract } from '@plinth/catalog-contract'
import {
  type Id,
  type InputOf,
  type InTx,
  type Money,
  newId,
  type OutputOf,
  sum,
  type TxContext,
} from '@plinth/kernel'
import { type OrdersContract, PriceChanged } from '@plinth/orders-contract'
import type { PaymentsContract } from '@plinth/payments-contract'
import { type Database, inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { CheckoutKey, KeyClaim } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import type { StoredOrder } from './stored-order.ts'

/** An order that is to be. */
export interface Opening extends KeyClaim {
  readonly paymentId: Id<'Payment'>
  readonly request: InputOf<OrdersContract, 'checkout'>
}

/** See {@link Opening}. */
export const openingOf = (key: CheckoutKey, request: Opening['request']): Opening => ({
  key,
  request,
  orderId: newId<'Order'>(),
  paymentId: newId<'Payment'>(),
})

type ReservedLine = OutputOf<CatalogContract, 'reserveStock'>['lines'][number]

/** An order whose stock is held, as it is written down. */
export interface Draft extends Opening {
  readonly number: number
  readonly total: Money
  readonly lines: readonly ReservedLine[]
}

/** Throws `price_changed` where the client has been told another total. */
export const draftOf = (opening: Opening, number: number, lines: readonly ReservedLine[]): Draft => {
  const total = totalOf(lines)
  assertExpected(opening.request.expectedTotal, total)
  return { ...opening, number, total, lines }
}

/** All lines are in the store's one currency; a sum of several currencies throws. */
const totalOf = (lines: readonly ReservedLine[]): Money => {
  const [first] = lines
  if (first === undefined) throw new Error('a reservation without lines')
  return sum(
    lines.map(line => line.lineTotal),
    first.lineTotal.currency,
  )
}

const assertExpected = (expectedTotal: Money | undefined, total: Money) => {
  if (expectedTotal === undefined) return
  if (expectedTotal.amount === total.amount && expectedTotal.currency === total.currency) return
  throw PriceChanged({ expectedTotal, total })
}

/** What payments have to know. */
export const paymentFor = (draft: Draft): InputOf<PaymentsContract, 'createPayment'> => ({
  paymentId: draft.paymentId,
  orderId: draft.orderId,
  orderNumber: String(draft.number),
  userId: draft.key.userId,
  amount: draft.total,
  ...draft.request.payment,
})

/** Writes down an order that waits for its payment. */
export type InsertOrder = (context: InTx, draft: Draft) => Promise<StoredOrder>

/** See {@link InsertOrder}. Those that are written down at once are so in one statement. */
export const insertOrder = ({ database }: Pick<OrdersDeps, 'database'>): InsertOrder =>
  inLots({ work: (context: TxContext, drafts: readonly Draft[]) => insertAll(database, context, drafts) })

const insertAll = async (
  database: Database,
  context: TxContext,
  drafts: readonly Draft[],
): Promise<StoredOrder[]> => {
  const rows = drafts.map(draft => ({
    id: draft.orderId,
    number: draft.number,
    userId: draft.key.userId,
    total: draft.total.amount,
    currency: draft.total.currency,
    shippingAddress: draft.request.shippingAddress,
    paymentId: draft.paymentId,
    lines: storedLines(draft),
  }))
  const [placed] = await database.on(context).execute<{ at: Date }>(sql`
    with draft as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as _ (
        id uuid, number bigint, "userId" uuid, total bigint, currency text, "shippingAddress" jsonb,
        "paymentId" uuid, lines jsonb
      )
    ), placed as (
      insert into orders.order (id, number, user_id, total, currency, shipping_address, payment_id)
      select id, number, "userId", total, currency, "shippingAddress", "paymentId" from draft
      returning id, user_id, status, placed_at
    ), line as (
      insert into orders.order_line
        (order_id, variant_id, position, product_id, seller_id, sku, title, quantity, unit_price)
      select draft.id, variant_id, position, product_id, seller_id, sku, title, quantity, unit_price
        from draft, rows from (jsonb_to_recordset(draft.lines) as (
          "variantId" uuid, "productId" uuid, "sellerId" uuid, sku text, title text, quantity int,
          "unitPrice" bigint
        )) with ordinality
          as line (variant_id, product_id, seller_id, sku, title, quantity, unit_price, position)
    )
    insert into orders.order_history (order_id, status, at, made_by)
    select id, status, placed_at, user_id from placed
    returning at`)
  if (placed === undefined) throw new Error('an insert returned no row')
  return drafts.map(draft => storedOrder(draft, placed.at))
}

const storedLines = ({ lines }: Draft): StoredOrder['lines'] =>
  lines.map(({ variantId, productId, sellerId, sku, title, quantity, unitPrice }) => {
    const line = { variantId, productId, sellerId, sku, title, quantity, unitPrice: unitPrice.amount }
    return { ...line, status: 'open' as const }
  })

const storedOrder = (draft: Draft, at: Date): StoredOrder => ({
  id: draft.orderId,
  number: String(draft.number),
  userId: draft.key.userId,
  status: 'pending_payment',
  lines: storedLines(draft),
  total: draft.total,
  shippingAddress: draft.request.shippingAddress,
  paymentId: draft.paymentId,
  paymentOutcome: null,
  placedAt: at,
  paidAt: null,
  cancelledAt: null,
  history: [{ status: 'pending_payment', at: at.toISOString(), by: draft.key.userId, reason: null }],
})
