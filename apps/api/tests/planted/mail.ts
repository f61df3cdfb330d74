import { newId } from '@plinth/kernel'
import { earlier, type Planted, without } from './planted.ts'

const copiedMail = (eventId: string, messageId: string) => `
  insert into notifications.notification
    (id, event_id, type, recipient_id, recipient, recipient_name, content, message_id, status, next_attempt_at)
  select '${newId()}', ${eventId}, type, recipient_id, recipient, recipient_name, content, ${messageId}, status, null
    from notifications.notification where type = 'welcome' limit 1`

/** What can go wrong with mail. */
export const plantedMail: readonly Planted[] = [
  {
    violates: 'There is one mail for each event and recipient',
    what: 'a mail that was written twice',
    sql: () => `${without('notifications.notification', 'u')} ${copiedMail('event_id', 'message_id')}`,
  },
  {
    violates: 'The Message-ID of a mail follows from its event and its recipient',
    what: 'a Message-ID out of the blue',
    sql: () => `
      update notifications.notification set message_id = '<today@plinth.example>' where type = 'refund_done'`,
  },
  {
    violates: 'Every event that is to be mailed has its mail, to whom it concerns',
    what: 'a confirmation that was never written',
    sql: () => `delete from notifications.notification where type = 'order_placed'`,
  },
  {
    violates: 'Every mail tells of an event of its kind',
    what: 'a mail about an event that never was',
    sql: () => {
      const eventId = newId()
      return copiedMail(`'${eventId}'`, `replace(message_id, event_id::text, '${eventId}')`)
    },
  },
  {
    violates: 'No mail that is due is left undone',
    what: 'a mail that nobody sends',
    sql: () => `
      update notifications.notification set status = 'pending', sent_at = null, next_attempt_at = ${earlier}
       where type = 'refund_done'`,
  },
]
