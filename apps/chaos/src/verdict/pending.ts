import type { Check } from './violation.ts'
import { violationsOf } from './violation.ts'

/** Nothing waits for anything any more: cheap to ask, so it is asked before the rest. */
export const nothingPending: Check = async ({ sql }) => {
  const rows = await sql<{ what: string; count: number }[]>`
    select 'unsent event of users' as what, count(*)::int as count from users.outbox where sent_at is null
     union all select 'unsent event of catalog', count(*)::int from catalog.outbox where sent_at is null
     union all select 'unsent event of orders', count(*)::int from orders.outbox where sent_at is null
     union all select 'unsent event of payments', count(*)::int from payments.outbox where sent_at is null
     union all select 'order whose payment is not known', count(*)::int from orders.order where next_check_at is not null
     union all select 'pending payment', count(*)::int from payments.payment where status = 'pending'
     union all select 'pending refund', count(*)::int from payments.refund where status = 'pending'
     union all select 'pending mail', count(*)::int from notifications.notification where status = 'pending'
     union all select 'open reservation', count(*)::int from catalog.reservation where status = 'open'
     union all select 'event that no consumer could handle', count(*)::int from messaging.dead_letter`
  return violationsOf(
    'Nothing is left unsent, pending or reserved',
    rows.filter(({ count }) => count > 0).map(({ what, count }) => `${count} × ${what}`),
  )
}
