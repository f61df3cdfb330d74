import { type SQL, sql } from 'drizzle-orm'
import { outboxes } from './events.ts'
import type { Invariant } from './invariant.ts'

const theme = 'events'

/** Which consumers each event must reach, by its type. */
export const audiences: Readonly<Record<string, readonly string[]>> = {
  'users.registered': ['notifications.welcome-user'],
  'users.password-reset-requested': ['notifications.mail-password-reset'],
  'orders.placed': ['notifications.confirm-order'],
  'orders.cancelled': [
    'catalog.restock-cancelled-order',
    'payments.refund-cancelled-order',
    'notifications.confirm-cancellation',
  ],
  'payments.refunded': ['notifications.confirm-refund'],
  'payments.refund-failed': ['notifications.alert-admins'],
}

const audience: SQL = sql`(values ${sql.join(
  Object.entries(audiences).flatMap(([type, consumers]) =>
    consumers.map(consumer => sql`(${type}::text, ${consumer}::text)`),
  ),
  sql`, `,
)}) as audience (type, consumer)`

const inboxes: SQL = sql.join(
  ['users', 'catalog', 'orders', 'payments', 'notifications'].map(
    domain => sql`select consumer, event_id, handled_at from ${sql.identifier(domain)}.inbox`,
  ),
  sql` union all `,
)

/** Every event has its one effect with each of its consumers, and nothing else has. */
export const deliveriesInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'Each consumer has handled an event once',
    violations: () => sql`
      select consumer, event_id, count(*) as times from (${inboxes}) _ group by consumer, event_id having count(*) > 1`,
  },
  {
    theme,
    name: 'Every event that was published has reached its consumers, or is kept for them',
    violations: ({ longAgo, eventOnRecord }) => sql`
      select event.id as event_id, event.type, audience.consumer
        from (select id, type, sent_at from (${outboxes}) _ where ${eventOnRecord(sql`id`)}) event
        join ${audience} on audience.type = event.type
        left join (${inboxes}) inbox on inbox.consumer = audience.consumer and inbox.event_id = event.id
       where inbox.event_id is null and event.sent_at is not null and ${longAgo(sql`event.sent_at`)}
         and not exists (select from messaging.delivery d
                          where d.event_id = event.id and d.queue = audience.consumer)
         and not exists (select from messaging.dead_letter d
                          where d.event_id = event.id and d.queue = audience.consumer
                            and (d.handed_over_at is null or not ${longAgo(sql`d.handed_over_at`)}))`,
  },
  {
    theme,
    name: 'No consumer has handled an event that was never written down',
    violations: ({ eventOnRecord }) => sql`
      select inbox.consumer, inbox.event_id
        from (${inboxes}) inbox
        left join (select id from (${outboxes}) _) event on event.id = inbox.event_id
       where event.id is null and ${eventOnRecord(sql`inbox.event_id`)}`,
  },
  {
    theme,
    name: 'No delivery that is due is left undone',
    violations: ({ leftUndone }) => sql`
      select queue, event_id, failures, postponements, available_at from messaging.delivery
       where ${leftUndone(sql`greatest(available_at, leased_until)`)}`,
  },
  {
    theme,
    name: 'No dead letter that was replayed waits for the broker for long',
    violations: ({ longAgo }) => sql`
      select id as dead_letter_id, queue, event_id, replayed_at from messaging.dead_letter
       where replayed_at is not null and handed_over_at is null and ${longAgo(sql`replayed_at`)}`,
  },
]
