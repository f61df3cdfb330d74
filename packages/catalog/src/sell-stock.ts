import type { CatalogContract } from '@plinth/catalog-contract'
import type { InputOf, InTx, OutputOf, TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import type { ReservationStatus } from './reservation.ts'
import { sellAnew } from './sell-anew.ts'

type Request = InputOf<CatalogContract, 'sellStock'>
type Sale = OutputOf<CatalogContract, 'sellStock'>

/**
 * Takes what an order holds off the shelf. A hold that ran out is taken anew where there is enough, else it is
 * `gone` and nothing changes; so is what was released, for good, and what was never reserved. All who ask at once are
 * served together.
 */
export const sellStock = (parts: Parts) =>
  inLots({
    nameOf: ({ orderId }: Request) => orderId,
    work: (context: TxContext, requests: readonly Request[]) =>
      parts.database.transaction(context, async inTx => {
        const before = await sellHeld(parts, inTx, requests)
        const sales: Sale[] = []
        // One after the other: each is a round trip of its own, and hardly any has run out.
        for (const { orderId } of requests) {
          const status = before.get(orderId)
          const sold =
            status === 'expired'
              ? await sellAnew(parts, inTx, orderId)
              : status !== undefined && status !== 'released'
          sales.push({ outcome: sold ? 'sold' : 'gone' })
        }
        return sales
      }),
  })

type Row = { readonly orderId: Request['orderId']; readonly status: ReservationStatus }

/**
 * Sells what is held, and says how the reservations stood. They are locked first, then their variants, each in the order
 * of their ids. Of a variant that several orders take from, the ledger shows one after the other. Why numbers are set
 * from what the lock read: see adjust-stock.ts.
 */
const sellHeld = async (
  { database }: Parts,
  context: InTx,
  requests: readonly Request[],
): Promise<ReadonlyMap<Request['orderId'], ReservationStatus>> => {
  const rows = await database.on(context).execute<Row>(sql`
    with present as materialized (
      select order_id, status from catalog.reservation
       where order_id = any(${sql.param(requests.map(({ orderId }) => orderId))}::uuid[])
       order by order_id
         for no key update
    ), line as materialized (
      select variant_id, order_id, sum(quantity)::int as quantity
        from catalog.reservation_line join present using (order_id)
       where present.status = 'open'
       group by variant_id, order_id
    ), locked as materialized (
      select v.id, v.on_hand, v.reserved
        from catalog.variant v
       where v.id in (select variant_id from line)
       order by v.id
         for no key update
    ), settled as (
      update catalog.reservation r set status = 'sold', settled_at = clock_timestamp()
        from present
       where r.order_id = present.order_id and present.status = 'open'
    ), sold as (
      update catalog.variant v
         set on_hand = locked.on_hand - taken.quantity, reserved = locked.reserved - taken.quantity
        from locked join (select variant_id, sum(quantity)::int as quantity from line group by variant_id) taken
          on taken.variant_id = locked.id
       where v.id = locked.id
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, order_id, on_hand, made_by)
      select variant_id, 'sale', -quantity, order_id,
             locked.on_hand - sum(quantity) over (partition by variant_id order by order_id), 'orders'
        from line join locked on locked.id = variant_id
       order by variant_id, order_id
    )
    select order_id as "orderId", status from present`)
  return new Map(rows.map(({ orderId, status }) => [orderId, status]))
}
