import { sql } from 'drizzle-orm'
import type { Invariant } from './invariant.ts'

const theme = 'money'

/** What orders cost, what came in for them, and what went back. */
export const moneyInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'The total of an order is the sum of its lines',
    violations: () => sql`
      select o.id as order_id, o.total, coalesce(line.total, 0) as lines_total
        from orders.order o
        left join (select order_id, sum(quantity * unit_price)::int8 as total
                     from orders.order_line group by order_id) line on line.order_id = o.id
       where o.total <> coalesce(line.total, 0)`,
  },
  {
    theme,
    name: 'A paid order has one captured payment of exactly its total',
    violations: () => sql`
      select o.id as order_id, p.id as payment_id, o.total, p.amount, p.status as payment
        from orders.order o left join payments.payment p on p.order_id = o.id
       where o.status in ('paid', 'fulfilled')
         and (p.id is distinct from o.payment_id or p.status <> 'captured'
              or p.amount <> o.total or p.currency <> o.currency)`,
  },
  {
    theme,
    name: 'Any other order has one payment of its total, which stands as the order says',
    violations: () => sql`
      select o.id as order_id, p.id as payment_id, o.total, p.amount, o.status, p.status as payment
        from orders.order o left join payments.payment p on p.order_id = o.id
       where o.status not in ('paid', 'fulfilled')
         and (p.id is distinct from o.payment_id or p.status <> coalesce(o.payment_outcome, 'pending')
              or p.amount <> o.total or p.currency <> o.currency)`,
  },
  {
    theme,
    // Where payments are elsewhere, a checkout that came to nothing leaves one behind, called off.
    name: 'Every payment is for an order that is there, or was called off',
    violations: ({ longAgo }) => sql`
      select p.id as payment_id, p.order_id, p.status
        from payments.payment p left join orders.order o on o.id = p.order_id
       where o.id is null and p.status <> 'failed' and ${longAgo(sql`p.created_at`)}`,
  },
  {
    theme,
    name: 'For an order that is not kept, refunds add up to what was captured',
    violations: ({ longAgo }) => sql`
      select o.id as order_id, p.id as payment_id, p.amount as captured, coalesce(refund.total, 0) as refunds
        from orders.order o
        join payments.payment p on p.order_id = o.id
        left join (select payment_id, sum(amount)::int8 as total from payments.refund group by payment_id) refund
          on refund.payment_id = p.id
       where o.status in ('cancelled', 'failed') and p.status = 'captured'
         and ${longAgo(sql`greatest(o.cancelled_at, p.settled_at)`)}
         and coalesce(refund.total, 0) <> p.amount`,
  },
  {
    theme,
    name: 'Refunds never exceed what was captured',
    violations: () => sql`
      select p.id as payment_id, p.order_id, p.status as payment, p.amount, sum(r.amount)::int8 as refunds
        from payments.refund r join payments.payment p on p.id = r.payment_id
       group by p.id, p.order_id, p.status, p.amount
      having sum(r.amount) > p.amount or p.status <> 'captured' or bool_or(r.currency <> p.currency)`,
  },
  {
    theme,
    name: 'What a payment says of its refunds is what its refunds say',
    violations: () => sql`
      select p.id as payment_id, p.order_id, p.committed, p.refunded, p.refunds_pending, p.refunds_failed
        from payments.payment p
        left join (
          select payment_id, sum(amount)::int8 as committed,
                 coalesce(sum(amount) filter (where status = 'succeeded'), 0)::int8 as refunded,
                 count(*) filter (where status = 'pending') as pending,
                 count(*) filter (where status = 'failed') as failed,
                 min(order_id::text) as first_order, max(order_id::text) as last_order
            from payments.refund group by payment_id
        ) r on r.payment_id = p.id
       where p.committed <> coalesce(r.committed, 0) or p.refunded <> coalesce(r.refunded, 0)
          or p.refunds_pending <> coalesce(r.pending, 0) or p.refunds_failed <> coalesce(r.failed, 0)
          or r.first_order <> p.order_id::text or r.last_order <> p.order_id::text`,
  },
  {
    theme,
    name: 'No order waits for its payment for long',
    violations: ({ longAgo }) => sql`
      select id as order_id, payment_id, status, placed_at, checks from orders.order
       where payment_outcome is null and ${longAgo(sql`greatest(placed_at, cancelled_at)`)}`,
  },
  {
    theme,
    name: 'No refund that is due is left undone',
    violations: ({ leftUndone }) => sql`
      select id as refund_id, order_id, attempts, next_attempt_at from payments.refund
       where status = 'pending' and ${leftUndone(sql`next_attempt_at`)}`,
  },
]
