import type { CatalogContract } from '@plinth/catalog-contract'
import { type Id, type OutputOf, type TxContext, times } from '@plinth/kernel'
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

/** What was reserved for an order before, and what became of it. */
export const findReservation = async (
  database: Database,
  context: TxContext,
  orderId: Id<'Order'>,
): Promise<{ status: ReservationStatus; reservation: Reservation } | undefined> => {
  const rows = await database.on(context).execute<FoundRow>(sql`
    select r.status, r.expires_at as "expiresAt", l.variant_id as "variantId", l.product_id as "productId",
           l.seller_id as "sellerId", l.sku, l.title, l.quantity, l.unit_price as price, l.currency
      from catalog.reservation r left join catalog.reservation_line l using (order_id)
     where r.order_id = ${orderId}
     order by l.position`)
  const [first] = rows
  if (first === undefined) return undefined
  return {
    status: first.status,
    reservation: {
      expiresAt: first.expiresAt.toISOString(),
      lines: rows.filter(isLine).map(({ status: _s, expiresAt: _e, ...line }) => reservedLine(line)),
    },
  }
}

type Header = { readonly status: ReservationStatus; readonly expiresAt: Date }
type FoundRow = Header & (ReservedLine | { readonly [Column in keyof ReservedLine]: null })

const isLine = (row: FoundRow): row is Header & ReservedLine => row.variantId !== null
