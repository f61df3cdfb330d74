import { sql } from 'drizzle-orm'
import { outboxes } from './events.ts'
import type { Invariant } from './invariant.ts'

const theme = 'mail'

/** Which event a mail of each type tells of, and which consumer writes it. */
const occasion = sql`(values
  ('welcome', 'users.registered', 'notifications.welcome-user'),
  ('password_reset', 'users.password-reset-requested', 'notifications.mail-password-reset'),
  ('order_placed', 'orders.placed', 'notifications.confirm-order'),
  ('order_cancelled', 'orders.cancelled', 'notifications.confirm-cancellation'),
  ('refund_done', 'payments.refunded', 'notifications.confirm-refund'),
  ('refund_failed', 'payments.refund-failed', 'notifications.alert-admins')
) as occasion (mail, event_type, consumer)`

/** One mail for each event and recipient, known by its Message-ID. */
export const mailInvariants: readonly Invariant[] = [
  {
    theme,
    name: 'There is one mail for each event and recipient',
    violations: () => sql`
      select event_id, recipient_id, count(*) as mails
        from notifications.notification group by event_id, recipient_id having count(*) > 1`,
  },
  {
    theme,
    name: 'The Message-ID of a mail follows from its event and its recipient',
    violations: () => sql`
      select id as notification_id, event_id from notifications.notification
       where message_id not like
             '<' || event_id || '.' || left(encode(sha256(convert_to(recipient_id::text, 'UTF8')), 'hex'), 12) || '@%>'`,
  },
  {
    theme,
    // Of a refund that failed every admin hears who was one then; that at least one does is what can be told later.
    name: 'Every event that is to be mailed has its mail, to whom it concerns',
    violations: ({ eventOnRecord }) => sql`
      select event.id as event_id, event.type
        from (select id, type, data from (${outboxes}) _ where ${eventOnRecord(sql`id`)}) event
        join ${occasion} on occasion.event_type = event.type
        join notifications.inbox on inbox.consumer = occasion.consumer and inbox.event_id = event.id
       where not exists (
               select from notifications.notification mail
                where mail.event_id = event.id and mail.type = occasion.mail
                  and (occasion.mail = 'refund_failed' or mail.recipient_id = (event.data ->> 'userId')::uuid))
         and exists (
               select from users.account
                where case when occasion.mail = 'refund_failed' then 'admin' = any (roles) and status = 'active'
                           else account.id = (event.data ->> 'userId')::uuid end
                  and created_at < inbox.handled_at
                  and (access_changed_at is null or access_changed_at < inbox.handled_at
                       or occasion.mail <> 'refund_failed'))`,
  },
  {
    theme,
    name: 'Every mail tells of an event of its kind',
    violations: ({ eventOnRecord }) => sql`
      select mail.id as notification_id, mail.event_id, mail.type
        from notifications.notification mail
        join ${occasion} on occasion.mail = mail.type
        left join (select id, type from (${outboxes}) _) event on event.id = mail.event_id
       where event.type is distinct from occasion.event_type and ${eventOnRecord(sql`mail.event_id`)}`,
  },
  {
    theme,
    name: 'No mail that is due is left undone',
    violations: ({ leftUndone }) => sql`
      select id as notification_id, event_id, type, attempts, next_attempt_at from notifications.notification
       where status = 'pending' and ${leftUndone(sql`next_attempt_at`)}`,
  },
]
