import { type CatalogContract, InsufficientStock, ItemUnavailable } from '@plinth/catalog-contract'
import type { InputOf, InTx, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import { findReservation, type Reservation, type ReservedLine, reservedLine } from './reservation.ts'
import { announceStockLow } from './stock-low.ts'

type Request = InputOf<CatalogContract, 'reserveStock'>

/**
 * Holds stock for an order: all of it or none. Called again for the same order it gives the first answer
 * again, whatever has become of the hold; only an order whose stock was released is refused, so that a
 * reservation that arrives after its own release holds nothing.
 */
export const reserveStock =
  (parts: Parts) =>
  (context: TxContext, request: Request): Promise<Reservation> =>
    parts.database.transaction(context, async inTx => {
      const rows = await hold(parts, inTx, request)
      const held = rows.filter(isHeld)
      const [first] = held
      if (first === undefined) return (await repeated(parts, inTx, request)) ?? refuse(rows)
      const variants = [...new Map(held.map(row => [row.variantId, row])).values()]
      const soldOut = variants.some(({ available, wanted }) => available === wanted)
      parts.shelf.forget(inTx, variants.map(productIdOf), soldOut ? 'lists too' : 'not the lists')
      await announceStockLow(
        parts,
        inTx,
        variants.map(row => ({ ...row, available: row.available - row.wanted, taken: row.wanted })),
      )
      return { expiresAt: first.expiresAt.toISOString(), lines: held.map(reservedLine) }
    })

/** The answer that this order got before; undefined where it never got one. */
const repeated = async ({ database }: Parts, context: InTx, { orderId, lines }: Request) => {
  const found = await findReservation(database, context, orderId)
  if (found?.status === 'released')
    throw ItemUnavailable(
      { lines: lines.map(line => ({ variantId: line.variantId, requested: line.quantity, available: 0 })) },
      'The stock of this order was given back.',
    )
  return found?.reservation
}

const refuse = (rows: readonly Row[]): never => {
  const unavailable = rows.filter(row => row.forSale !== true)
  if (unavailable.length > 0) throw ItemUnavailable({ lines: shortages(unavailable) })
  throw InsufficientStock({ lines: shortages(rows.filter(row => (row.available ?? 0) < row.wanted)) })
}

/** One for each variant. What is not for sale is not available, however much of it there is. */
const shortages = (rows: readonly Row[]) => [
  ...new Map(
    rows.map(({ variantId, wanted, available, forSale }) => [
      variantId,
      { variantId, requested: wanted, available: forSale === true ? (available ?? 0) : 0 },
    ]),
  ).values(),
]

/** A line that was asked for, and its variant where there is one. Each variant counts as it is before the step. */
type Row = Pick<ReservedLine, 'variantId' | 'quantity'> & {
  /** Of all lines of this variant. */
  readonly wanted: number
  readonly available: number | null
  readonly forSale: boolean | null
  /** Null when nothing is held. */
  readonly expiresAt: Date | null
}

type HeldRow = Row & ReservedLine & { readonly available: number; readonly expiresAt: Date }

const isHeld = (row: Row): row is HeldRow => row.expiresAt !== null

const productIdOf = ({ productId }: ReservedLine) => productId

/**
 * One statement does it all. Variants are locked in the order of their ids, here as everywhere, so that
 * orders for the same things in opposite order wait for each other instead of for ever; once locked, what is
 * read of them is their latest state. The reservation's row comes after the locks and before any change:
 * where the order has one already, nothing happens. What is plainly not there is refused without a lock, so
 * that whoever comes after the last unit was sold does not stand in line for it. Why numbers are set from what
 * the lock read: see adjust-stock.ts.
 */
const hold = ({ database, settings }: Parts, context: InTx, { orderId, lines }: Request) =>
  database.on(context).execute<Row>(sql`
    with line as (
      select * from rows from (
        jsonb_to_recordset(${JSON.stringify(lines)}::jsonb) as ("variantId" uuid, quantity int)
      ) with ordinality as line(variant_id, quantity, position)
    ), wanted as (
      select variant_id, sum(quantity)::int as quantity from line group by variant_id
    ), seen as (
      select v.id, v.active and p.status = 'published' as for_sale, v.on_hand - v.reserved as available
        from catalog.variant v
        join wanted on wanted.variant_id = v.id
        join catalog.product p on p.id = v.product_id
    ), locked as (
      select v.id, v.product_id, p.seller_id, v.sku, v.price, v.currency,
             concat_ws(', ', p.title, nullif(v.title, '')) as title,
             v.active and p.status = 'published' as for_sale,
             v.on_hand, v.reserved, v.on_hand - v.reserved as available
        from catalog.variant v
        join wanted on wanted.variant_id = v.id
        join catalog.product p on p.id = v.product_id
       where not exists (select from catalog.reservation where order_id = ${orderId})
         and not exists (select from wanted join seen on seen.id = wanted.variant_id where seen.available < wanted.quantity)
       order by v.id
         for no key update of v
    ), claimed as (
      insert into catalog.reservation (order_id, status, expires_at)
      select ${orderId}, 'open', clock_timestamp() + make_interval(secs => ${settings.reservationTtlSeconds})
       where not exists (
         select from wanted left join locked on locked.id = wanted.variant_id
          where locked.id is null or not locked.for_sale or locked.available < wanted.quantity
       )
          on conflict do nothing
      returning expires_at
    ), noted as (
      insert into catalog.reservation_line
        (order_id, position, variant_id, product_id, seller_id, sku, title, quantity, unit_price, currency)
      select ${orderId}, line.position, locked.id, locked.product_id, locked.seller_id, locked.sku, locked.title,
             line.quantity, locked.price, locked.currency
        from line join locked on locked.id = line.variant_id cross join claimed
    ), held as (
      update catalog.variant v set on_hand = locked.on_hand, reserved = locked.reserved + wanted.quantity
        from wanted join locked on locked.id = wanted.variant_id, claimed
       where v.id = locked.id
    )
    select line.variant_id as "variantId", line.quantity, wanted.quantity as wanted,
           coalesce(locked.available, seen.available) as available,
           coalesce(locked.for_sale, seen.for_sale) as "forSale", locked.product_id as "productId",
           locked.seller_id as "sellerId", locked.sku, locked.title, locked.price, locked.currency,
           (select expires_at from claimed) as "expiresAt"
      from line
      join wanted using (variant_id)
      left join seen on seen.id = line.variant_id
      left join locked on locked.id = line.variant_id
     order by line.position`)
