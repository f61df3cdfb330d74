import { sql } from 'drizzle-orm'
import type { Invariant } from './invariant.ts'

const theme = 'money'

/** Our records and the sandbox provider's own, row by row. Of other providers there is no journal to look at. */
export const journalInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'Every capture and refund of ours is in the journal of the provider',
    // A journal that is kept elsewhere was read a moment before: of the latest it may know nothing yet.
    violations: ({ journal, longAgo }) => sql`
      with ours as (
        select 'capture' as operation, id as payment_id, null::uuid as refund_id, order_id, amount, currency
          from payments.payment
         where provider = 'sandbox' and status = 'captured' and ${longAgo(sql`settled_at`)}
         union all
        select 'refund', r.payment_id, r.id, r.order_id, r.amount, r.currency
          from payments.refund r join payments.payment p on p.id = r.payment_id
         where p.provider = 'sandbox' and r.status = 'succeeded' and ${longAgo(sql`r.settled_at`)}
      )
      select ours.operation, ours.order_id, ours.payment_id, ours.refund_id, ours.amount
        from ours left join ${journal} j
          on j.operation = ours.operation and j.payment_id = ours.payment_id
         and j.refund_id is not distinct from ours.refund_id and j.order_id = ours.order_id
         and j.amount = ours.amount and j.currency = ours.currency
       where j.payment_id is null`,
  },
  {
    theme,
    name: 'Every capture in the journal of the provider is a capture of ours',
    violations: ({ journal, longAgo }) => sql`
      select j.operation, j.order_id, j.payment_id, j.amount, p.status as payment
        from ${journal} j left join payments.payment p on p.id = j.payment_id
       where j.operation = 'capture' and ${longAgo(sql`j.at`)}
         and (p.status is distinct from 'captured' or p.order_id <> j.order_id
              or p.amount <> j.amount or p.currency <> j.currency)`,
  },
  {
    theme,
    name: 'Every refund in the journal of the provider is a refund of ours',
    violations: ({ journal, longAgo }) => sql`
      select j.operation, j.order_id, j.payment_id, j.refund_id, j.amount, r.status as refund
        from ${journal} j left join payments.refund r on r.id = j.refund_id
       where j.operation = 'refund' and ${longAgo(sql`j.at`)}
         and (r.status is distinct from 'succeeded' or r.payment_id <> j.payment_id or r.order_id <> j.order_id
              or r.amount <> j.amount or r.currency <> j.currency)`,
  },
  {
    theme,
    name: 'The provider captured each payment once, and made each refund once',
    violations: ({ journal }) => sql`
      select operation, payment_id, refund_id, count(*) as times
        from ${journal} j group by operation, payment_id, refund_id having count(*) > 1`,
  },
]
