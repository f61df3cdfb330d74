import { sql } from 'drizzle-orm'
import type { Invariant } from './invariant.ts'

const theme = 'stock'

/** On hand, reserved and the ledger agree; what orders took is what their lines say. */
export const stockInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'What is on hand of a variant is what its ledger adds up to',
    violations: () => sql`
      select v.id as variant_id, v.on_hand, coalesce(ledger.total, 0) as ledger_total
        from catalog.variant v
        left join (select variant_id, sum(delta)::int8 as total from catalog.stock_movement group by variant_id) ledger
          on ledger.variant_id = v.id
       where v.on_hand <> coalesce(ledger.total, 0)`,
  },
  {
    theme,
    name: 'Every row of the ledger tells the level that it led to',
    violations: () => sql`
      select id as movement_id, variant_id, on_hand, level
        from (select id, variant_id, on_hand,
                     (sum(delta) over (partition by variant_id order by seq))::int8 as level
                from catalog.stock_movement) movement
       where on_hand <> level`,
  },
  {
    theme,
    name: 'What is reserved of a variant is what open reservations hold of it',
    violations: () => sql`
      select v.id as variant_id, v.reserved, coalesce(held.total, 0) as held
        from catalog.variant v
        left join (
          select line.variant_id, sum(line.quantity)::int8 as total
            from catalog.reservation r join catalog.reservation_line line using (order_id)
           where r.status = 'open'
           group by line.variant_id
        ) held on held.variant_id = v.id
       where v.reserved <> coalesce(held.total, 0)`,
  },
  {
    theme,
    name: 'Nothing is negative, and no more is reserved than there is',
    violations: () => sql`
      select id as variant_id, on_hand, reserved from catalog.variant
       where on_hand < 0 or reserved < 0 or reserved > on_hand`,
  },
  {
    theme,
    name: 'What was reserved for an order is what its lines say',
    violations: () => sql`
      select order_id, variant_id, reserved.quantity as reserved, line.quantity as ordered
        from (select order_id, variant_id, sum(quantity)::int8 as quantity
                from catalog.reservation_line group by order_id, variant_id) reserved
        full join (select order_id, variant_id, quantity from orders.order_line) line using (order_id, variant_id)
        join orders.order o on o.id = order_id
       where reserved.quantity is distinct from line.quantity`,
  },
  {
    theme,
    name: 'Of a paid order the stock is sold, as much as its lines say',
    violations: () => sql`
      with line as (
        select line.order_id, line.variant_id, line.quantity
          from orders.order_line line join orders.order o on o.id = line.order_id
         where o.status in ('paid', 'fulfilled')
      ), moved as (${movedByOrders})
      select order_id, variant_id, line.quantity as ordered, moved.sold, moved.restocked, r.status as reservation
        from line
        full join (select moved.* from moved join orders.order o on o.id = order_id
                    where o.status in ('paid', 'fulfilled')) moved using (order_id, variant_id)
        left join catalog.reservation r using (order_id)
       where r.status is distinct from 'sold'
          or moved.sold is distinct from line.quantity or moved.restocked <> 0`,
  },
  {
    theme,
    name: 'What a cancelled order was sold is back on the shelf, and nothing is held for it',
    violations: ({ longAgo }) => sql`
      with moved as (${movedByOrders})
      select o.id as order_id, moved.variant_id, moved.sold, moved.restocked, r.status as reservation
        from orders.order o
        left join catalog.reservation r on r.order_id = o.id
        left join moved on moved.order_id = o.id
       where o.status = 'cancelled' and ${longAgo(sql`o.cancelled_at`)}
         and (r.status is distinct from 'released' or moved.sold <> moved.restocked)`,
  },
  {
    theme,
    name: 'An order that failed or is not paid yet was sold nothing, and a failed one holds nothing',
    violations: () => sql`
      with moved as (${movedByOrders})
      select o.id as order_id, moved.variant_id, moved.sold, moved.restocked, r.status as reservation
        from orders.order o
        left join catalog.reservation r on r.order_id = o.id
        left join moved on moved.order_id = o.id
       where o.status in ('failed', 'pending_payment')
         and (moved.sold <> moved.restocked or r.status = 'sold' or (o.status = 'failed' and r.status = 'open'))`,
  },
  {
    theme,
    name: 'Stock is held and sold only for orders that are there',
    violations: ({ longAgo }) => sql`
      select r.order_id, r.status as reservation
        from catalog.reservation r left join orders.order o on o.id = r.order_id
       where o.id is null and r.status in ('open', 'sold') and ${longAgo(sql`r.created_at`)}
       union all
      select m.order_id, m.kind
        from catalog.stock_movement m left join orders.order o on o.id = m.order_id
       where m.order_id is not null and o.id is null and ${longAgo(sql`m.at`)}`,
  },
  {
    theme,
    name: 'No reservation holds stock after its time',
    violations: ({ longAgo }) => sql`
      select order_id, expires_at from catalog.reservation
       where status = 'open' and expires_at <= now() and ${longAgo(sql`expires_at`)}`,
  },
]

const movedByOrders = sql`
  select order_id, variant_id,
         coalesce(-sum(delta) filter (where kind = 'sale'), 0)::int8 as sold,
         coalesce(sum(delta) filter (where kind = 'restock'), 0)::int8 as restocked
    from catalog.stock_movement
   where order_id is not null
   group by order_id, variant_id`
