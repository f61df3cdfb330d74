import type { CatalogContract } from '@plinth/catalog-contract'
import type { Id, InputOf, InTx, OutputOf, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import type { ReservationStatus } from './reservation.ts'
import { announceStockLow, type Taken } from './stock-low.ts'

type Sale = OutputOf<CatalogContract, 'sellStock'>

/**
 * Takes what an order holds off the shelf. A hold that ran out is taken anew where there is enough, else it is
 * `gone` and nothing changes; so is what was released, for good, and what was never reserved.
 */
export const sellStock =
  (parts: Parts) =>
  (context: TxContext, { orderId }: InputOf<CatalogContract, 'sellStock'>): Promise<Sale> =>
    parts.database.transaction(context, async inTx => {
      const rows = await sell(parts, inTx, orderId)
      const sold = rows.filter(isSold)
      if (sold.length === 0) return { outcome: rows[0]?.status === 'sold' ? 'sold' : 'gone' }
      const anew = sold.filter(({ taken }) => taken > 0)
      parts.shelf.forget(
        inTx,
        anew.map(({ productId }) => productId),
        anew.some(({ available }) => available === 0) ? 'lists too' : 'not the lists',
      )
      await announceStockLow(parts, inTx, anew)
      return { outcome: 'sold' }
    })

type Row = { readonly status: ReservationStatus; readonly variantId: null }
type SoldRow = { readonly status: ReservationStatus } & Taken

const isSold = (row: Row | SoldRow): row is SoldRow => row.variantId !== null

/** The reservation is locked first, then its variants in the order of their ids. */
const sell = ({ database }: Parts, context: InTx, orderId: Id<'Order'>) =>
  database.on(context).execute<Row | SoldRow>(sql`
    with present as (
      select status from catalog.reservation where order_id = ${orderId} for no key update
    ), wanted as (
      select variant_id, sum(quantity)::int as quantity, status
        from catalog.reservation_line cross join present
       where order_id = ${orderId} and status in ('open', 'expired')
       group by variant_id, status
    ), locked as (
      select v.id, v.on_hand, v.reserved, v.on_hand - v.reserved as available, wanted.quantity,
             case wanted.status when 'open' then wanted.quantity else 0 end as held
        from catalog.variant v join wanted on wanted.variant_id = v.id
       order by v.id
         for no key update of v
    ), settled as (
      update catalog.reservation set status = 'sold', settled_at = clock_timestamp()
       where order_id = ${orderId}
         and exists (select from locked)
         and not exists (select from locked where available + held < quantity)
      returning order_id
    ), sold as (
      update catalog.variant v set on_hand = locked.on_hand - locked.quantity, reserved = locked.reserved - locked.held
        from locked, settled
       where v.id = locked.id
      returning v.id, v.product_id, v.sku, v.on_hand, v.on_hand - v.reserved as available,
                locked.quantity, locked.quantity - locked.held as taken
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, order_id, on_hand, made_by)
      select id, 'sale', -quantity, ${orderId}, on_hand, 'orders' from sold
    )
    select present.status, sold.id as "variantId", sold.product_id as "productId", p.seller_id as "sellerId",
           sold.sku, sold.available, sold.taken
      from present left join sold on true left join catalog.product p on p.id = sold.product_id`)
