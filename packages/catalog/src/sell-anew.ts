import type { Id, InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import { announceStockLow, type Taken } from './stock-low.ts'

/**
 * Sells what an order held until that ran out, where there is enough again. Its reservation is locked already; nothing
 * changes when this says false.
 */
export const sellAnew = async (parts: Parts, context: InTx, orderId: Id<'Order'>): Promise<boolean> => {
  const taken = await take(parts, context, orderId)
  if (taken.length === 0) return false
  parts.shelf.forget(
    context,
    taken.map(({ productId }) => productId),
    taken.some(({ available }) => available === 0) ? 'lists too' : 'not the lists',
  )
  await announceStockLow(parts, context, taken)
  return true
}

const take = ({ database }: Parts, context: InTx, orderId: Id<'Order'>) =>
  database.on(context).execute<Taken>(sql`
    with wanted as (
      select variant_id, sum(quantity)::int as quantity
        from catalog.reservation_line where order_id = ${orderId} group by variant_id
    ), locked as (
      select v.id, v.on_hand, v.reserved, wanted.quantity
        from catalog.variant v join wanted on wanted.variant_id = v.id
       order by v.id
         for no key update of v
    ), settled as (
      update catalog.reservation set status = 'sold', settled_at = clock_timestamp()
       where order_id = ${orderId}
         and not exists (select from locked where on_hand - reserved < quantity)
      returning order_id
    ), sold as (
      update catalog.variant v set on_hand = locked.on_hand - locked.quantity, reserved = locked.reserved
        from locked, settled
       where v.id = locked.id
      returning v.id, v.product_id, v.sku, v.on_hand, v.on_hand - v.reserved as available, locked.quantity
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, order_id, on_hand, made_by)
      select id, 'sale', -quantity, ${orderId}, on_hand, 'orders' from sold
    )
    select sold.id as "variantId", sold.product_id as "productId", p.seller_id as "sellerId", sold.sku, sold.available,
           sold.quantity as taken
      from sold join catalog.product p on p.id = sold.product_id`)
