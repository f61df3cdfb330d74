import { type SQL, sql } from 'drizzle-orm'
import type { Invariant, Moment } from './invariant.ts'

const theme = 'events'

/** A state change that has an event: which, and the changes, each with what it is about and when it was. */
interface Announced {
  readonly name: string
  readonly type: string
  readonly changes: (moment: Moment) => SQL
}

const statusReached = (status: string) => () =>
  sql`select order_id as id, at from orders.order_history where status = ${status}`

const announced: readonly Announced[] = [
  {
    name: 'Each order that was paid was announced once, and none that was not',
    type: 'orders.placed',
    changes: statusReached('paid'),
  },
  {
    name: 'Each cancellation of an order was announced once, and none that was not',
    type: 'orders.cancelled',
    changes: statusReached('cancelled'),
  },
  {
    name: 'Each order that was fulfilled was announced once, and none that was not',
    type: 'orders.fulfilled',
    changes: statusReached('fulfilled'),
  },
  {
    name: 'Each capture was announced once, and none that was not',
    type: 'payments.captured',
    changes: () => sql`select id, settled_at as at from payments.payment where status = 'captured'`,
  },
  {
    name: 'Each refund that went through was announced once, and none that did not',
    type: 'payments.refunded',
    changes: () => sql`select id, settled_at as at from payments.refund where status = 'succeeded'`,
  },
  {
    name: 'Each new account was announced once, and none that is not there',
    type: 'users.registered',
    // An admin whom an operator made has not signed up, and has an address that needs no confirmation.
    changes: () => sql`
      select id, created_at as at from users.account
       where not (email_verified and ('admin' = any (roles) or access_changed_at is not null))`,
  },
]

/** Changes and events are written in one transaction, so they bear one time: both sides end at the same one. */
const announcedOnce = ({ name, type, changes }: Announced): Invariant => ({
  theme,
  name,
  violations: moment => sql`
    select id, coalesce(event.times, 0) as events
      from (select id, at from (${changes(moment)}) _ where ${moment.onRecord(sql`at`)}) change
      full join (
        select subject::uuid as id, count(*) as times from ${outboxOf(type)}
         where type = ${type} and ${moment.onRecord(sql`occurred_at`)}
         group by subject
      ) event using (id)
     where coalesce(event.times, 0) <> 1
        or (change.id is null and not exists (${existing(type, sql`id`)}))`,
})

/** What an event is about may be known without the change: an admin's account, for one. */
const existing = (type: string, id: SQL): SQL =>
  type === 'users.registered'
    ? sql`select from users.account where account.id = ${id}`
    : sql`select where false`

const outboxOf = (type: string): SQL => sql`${sql.identifier(type.slice(0, type.indexOf('.')))}.outbox`

/** All outboxes as one. */
export const outboxes: SQL = sql.join(
  ['users', 'catalog', 'orders', 'payments'].map(
    domain => sql`select ${domain}::text as domain, * from ${sql.identifier(domain)}.outbox`,
  ),
  sql` union all `,
)

/** Every state change that has an event has one, and every event has its change. */
export const eventsInvariants: readonly Invariant[] = [
  ...announced.map(announcedOnce),
  {
    theme,
    // A refund may be given up more than once: what it is now came with an event at the same time.
    name: 'Each refund that was given up was announced once, and none that is not there',
    violations: ({ onRecord }) => sql`
      with event as (
        select subject::uuid as id, occurred_at as at, count(*) as times from payments.outbox
         where type = 'payments.refund-failed' and ${onRecord(sql`occurred_at`)}
         group by subject, occurred_at
      )
      select r.id, coalesce(event.times, 0) as events
        from payments.refund r left join event on event.id = r.id and event.at = r.settled_at
       where r.status = 'failed' and ${onRecord(sql`r.settled_at`)} and coalesce(event.times, 0) <> 1
       union all
      select event.id, event.times
        from event left join payments.refund r on r.id = event.id
       where r.id is null`,
  },
  {
    theme,
    name: 'No event waits to be published for long',
    violations: ({ longAgo }) => sql`
      select domain, id as event_id, type, occurred_at, attempts
        from (${outboxes}) _ where sent_at is null and ${longAgo(sql`occurred_at`)}`,
  },
]
