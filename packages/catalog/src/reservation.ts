import { type CatalogContract, ItemUnavailable } from '@plinth/catalog-contract'
import {
  type ContractError,
  type Id,
  type InputOf,
  type OutputOf,
  type TxContext,
  times,
} from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

/** `open` and `sold` have stock; `expired` may take it anew when the order is paid; `released` is final. */
export type ReservationStatus = 'open' | 'sold' | 'expired' | 'released'

/** What an order holds, at the prices it was told. */
export type Reservation = OutputOf<CatalogContract, 'reserveStock'>

/** A line as it was reserved. */
export type ReservedLine = {
  readonly variantId: Id<'Variant'>
  readonly productId: Id<'Product'>
  readonly sellerId: Id<'User'>
  readonly sku: string
  readonly title: string
  readonly quantity: number
  readonly price: number
  readonly currency: string
}

/** The line as the order gets it. */
export const reservedLine = ({ price, currency, ...line }: ReservedLine): Reservation['lines'][number] => {
  const unitPrice = { amount: price, currency }
  return {
    variantId: line.variantId,
    productId: line.productId,
    sellerId: line.sellerId,
    sku: line.sku,
    title: line.title,
    quantity: line.quantity,
    unitPrice,
    lineTotal: times(unitPrice, line.quantity),
  }
}

/** What was reserved for orders before, and what became of it. */
export const findReservations = async (
  database: Database,
  context: TxContext,
  orderIds: readonly Id<'Order'>[],
): Promise<ReadonlyMap<Id<'Order'>, { status: ReservationStatus; reservation: Reservation }>> => {
  if (orderIds.length === 0) return new Map()
  const rows = await database.on(context).execute<FoundRow>(sql`
    select r.order_id as "orderId", r.status, r.expires_at as "expiresAt", l.variant_id as "variantId",
           l.product_id as "productId", l.seller_id as "sellerId", l.sku, l.title, l.quantity, l.unit_price as price,
           l.currency
      from catalog.reservation r left join catalog.reservation_line l using (order_id)
     where r.order_id = any(${sql.param([...orderIds])}::uuid[])
     order by l.position`)
  return new Map(
    [...Map.groupBy(rows, ({ orderId }) => orderId)].flatMap(([orderId, own]) => {
      const [first] = own
      if (first === undefined) return []
      const lines = own.filter(isLine).map(lineOf)
      const { status, expiresAt } = first
      return [[orderId, { status, reservation: { expiresAt: expiresAt.toISOString(), lines } }]]
    }),
  )
}

/** The refusal of an order whose stock was given back before it could be held. */
export const wasReleased = (lines: InputOf<CatalogContract, 'reserveStock'>['lines']): ContractError =>
  ItemUnavailable(
    { lines: lines.map(({ variantId, quantity }) => ({ variantId, requested: quantity, available: 0 })) },
    'The stock of this order was given back.',
  )

type Header = {
  readonly orderId: Id<'Order'>
  readonly status: ReservationStatus
  readonly expiresAt: Date
}
type FoundRow = Header & (ReservedLine | { readonly [Column in keyof ReservedLine]: null })

const isLine = (row: FoundRow): row is Header & ReservedLine => row.variantId !== null

const lineOf = ({ orderId: _o, status: _s, expiresAt: _e, ...line }: Header & ReservedLine) =>
  reservedLine(line)
