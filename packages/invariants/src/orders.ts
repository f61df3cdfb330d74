import { sql } from 'drizzle-orm'
import type { Invariant } from './invariant.ts'

const theme = 'orders'

/** Keys, states and their history. */
export const ordersInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'There is one order for each user and key',
    violations: () => sql`
      select user_id, count(*) as orders from orders.checkout_key group by user_id, key having count(*) > 1`,
  },
  {
    theme,
    name: 'A key stands for one order, of its own user',
    violations: () => sql`
      select k.order_id, k.user_id
        from orders.checkout_key k left join orders.order o on o.id = k.order_id
       where o.id is null or o.user_id <> k.user_id
       union all
      select order_id, min(user_id::text)::uuid from orders.checkout_key group by order_id having count(distinct key) > 1`,
  },
  {
    theme,
    // Keys are kept for a day; the key of an order that was never charged is let go.
    name: 'Every order of the last hours came by a key',
    violations: () => sql`
      select o.id as order_id, o.user_id
        from orders.order o left join orders.checkout_key k on k.order_id = o.id
       where k.order_id is null and o.payment_outcome is distinct from 'failed'
         and o.placed_at > now() - interval '23 hours'`,
  },
  {
    theme,
    name: 'An order of which a buyer was told that it is paid was paid',
    violations: () => sql`
      select told.id as order_id, o.status
        from (select (body::jsonb ->> 'id')::uuid as id from gateway.idempotency_key
               where operation = 'checkout' and status = 201) told
        left join orders.order o on o.id = told.id
       where o.paid_at is null`,
  },
  {
    theme,
    name: 'The history of an order leads to its status, by steps that there are',
    violations: () => sql`
      with way as (
        select order_id, string_agg(status, ' ' order by status <> 'pending_payment', status <> 'paid') as steps
          from orders.order_history group by order_id
      )
      select o.id as order_id, o.status, way.steps
        from orders.order o left join way on way.order_id = o.id
       where way.steps is distinct from case o.status
               when 'pending_payment' then 'pending_payment'
               when 'paid' then 'pending_payment paid'
               when 'fulfilled' then 'pending_payment paid fulfilled'
               when 'failed' then 'pending_payment failed'
               when 'cancelled' then
                 case when o.paid_at is null then 'pending_payment cancelled' else 'pending_payment paid cancelled' end
             end`,
  },
  {
    theme,
    name: 'The lines of an order stand as their order does',
    violations: () => sql`
      select o.id as order_id, o.status, line.variant_id, line.status as line
        from orders.order o join orders.order_line line on line.order_id = o.id
       where not case o.status
               when 'paid' then line.status in ('open', 'fulfilled')
               when 'fulfilled' then line.status = 'fulfilled'
               when 'cancelled' then line.status = 'cancelled'
               else line.status = 'open'
             end`,
  },
  {
    theme,
    name: 'Whoever sold something of an order that was paid sees it among their sales, and nobody else',
    violations: () => sql`
      select order_id, seller_id
        from (select distinct line.order_id, line.seller_id, o.status
                from orders.order_line line join orders.order o on o.id = line.order_id
               where o.paid_at is not null) sold
        full join (select order_id, seller_id, status from orders.sale) sale using (order_id, seller_id)
       where sold.order_id is null or sale.order_id is null or sale.status <> sold.status`,
  },
  {
    theme,
    name: 'What a checkout that came to nothing had begun is undone',
    violations: ({ longAgo }) => sql`
      select order_id, user_id from orders.begun_checkout where ${longAgo(sql`begun_at`)}`,
  },
]
