import type { CatalogContract } from '@plinth/catalog-contract'
import type { Id, InputOf, InTx, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'

/**
 * Gives back what an order holds, or puts back on the shelf what it was sold. That is final: neither a
 * reservation nor a sale for this order will take anything any more. It holds for an order that nothing is
 * known of, too, so that a release may overtake its reservation.
 */
export const releaseStock =
  (parts: Parts) =>
  (context: TxContext, { orderId }: InputOf<CatalogContract, 'releaseStock'>): Promise<undefined> =>
    parts.database.transaction(context, async inTx => {
      // The second time sees the reservation that the first one only bumped into.
      const freed = (await release(parts, inTx, orderId)) ?? (await release(parts, inTx, orderId))
      if (freed === undefined) throw new Error('a reservation was there and was not')
      parts.shelf.forget(
        inTx,
        freed.map(({ productId }) => productId),
        freed.some(({ available, given }) => available === given) ? 'lists too' : 'not the lists',
      )
      return undefined
    })

type Freed = { readonly productId: Id<'Product'>; readonly available: number; readonly given: number }

/** Undefined when a reservation for the order was just being made: it is committed by now. */
const release = async (
  { database }: Parts,
  context: InTx,
  orderId: Id<'Order'>,
): Promise<Freed[] | undefined> => {
  const rows = await database.on(context).execute<{ final: boolean } & (Freed | { productId: null })>(sql`
    with present as (
      select status from catalog.reservation where order_id = ${orderId} for no key update
    ), barred as (
      insert into catalog.reservation (order_id, status, expires_at, settled_at)
      select ${orderId}, 'released', clock_timestamp(), clock_timestamp()
       where not exists (select from present)
          on conflict do nothing
      returning order_id
    ), due as (
      select variant_id, sum(quantity)::int as quantity, status
        from catalog.reservation_line cross join present
       where order_id = ${orderId} and status in ('open', 'sold')
       group by variant_id, status
    ), locked as (
      select v.id, v.on_hand, v.reserved, due.quantity, due.status
        from catalog.variant v join due on due.variant_id = v.id
       order by v.id
         for no key update of v
    ), settled as (
      update catalog.reservation set status = 'released', settled_at = clock_timestamp()
       where order_id = ${orderId} and exists (select from present where status <> 'released')
    ), freed as (
      update catalog.variant v
         set reserved = locked.reserved - case locked.status when 'open' then locked.quantity else 0 end,
             on_hand = locked.on_hand + case locked.status when 'sold' then locked.quantity else 0 end
        from locked
       where v.id = locked.id
      returning v.id, v.product_id, v.on_hand, v.on_hand - v.reserved as available, locked.quantity, locked.status
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, order_id, on_hand, made_by)
      select id, 'restock', quantity, ${orderId}, on_hand, 'orders' from freed where status = 'sold'
    )
    select final, product_id as "productId", available, quantity as given
      from (select exists (select from present) or exists (select from barred) as final) _
      left join freed on true`)
  return rows.some(({ final }) => !final) ? undefined : rows.filter(isFreed)
}

const isFreed = <Row extends { readonly productId: string | null }>(
  row: Row,
): row is Row & { readonly productId: Id<'Product'> } => row.productId !== null
