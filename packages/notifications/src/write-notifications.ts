import { createHash } from 'node:crypto'
import { type InTx, newId, type TxContext } from '@plinth/kernel'
import { afterCommit, inLots } from '@plinth/postgres'
import type { Contact } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type Contents, contents } from './content.ts'
import type { MailSettings, NotificationsDeps } from './deps.ts'
import type { NotificationRow } from './notification.ts'

/** Writes down one mail for each recipient of what an event tells. */
export type WriteNotifications<Type extends keyof Contents> = (
  context: InTx,
  event: { readonly id: string },
  recipients: readonly Contact[],
  content: Contents[Type],
) => Promise<void>

/**
 * Writes mails of one type, in the transaction that consumes their event; those of events that are consumed together, in
 * one statement. The event and the recipient make the Message-ID, so that a mail sent twice can be told (RFC 5322,
 * section 3.6.4).
 */
export const writeNotifications = <Type extends keyof Contents>(
  { database, settings, wakeSending }: NotificationsDeps,
  type: Type,
): WriteNotifications<Type> => {
  const write = inLots({
    work: async (context: TxContext, mails: readonly (readonly NewMail[])[]): Promise<undefined[]> => {
      await database.on(context).execute(sql`
        insert into notifications.notification
          (id, event_id, type, recipient_id, recipient, recipient_name, content, message_id)
        select id, event_id, ${type}, recipient_id, recipient, recipient_name, content, message_id
          from jsonb_to_recordset(${JSON.stringify(mails.flat())}::jsonb) as mail (
            id uuid, event_id uuid, recipient_id uuid, recipient text, recipient_name text, content jsonb, message_id text
          )
            on conflict (event_id, recipient_id) do nothing`)
      return mails.map(() => undefined)
    },
  })
  return async (context, event, recipients, content) => {
    if (recipients.length === 0) return
    const shown = contents[type].parse(content)
    const mails = recipients.map(({ userId, email, name }) => ({
      id: newId<'Notification'>(),
      event_id: event.id,
      recipient_id: userId,
      recipient: email,
      recipient_name: name,
      content: shown,
      message_id: messageIdOf(settings, event.id, userId),
    }))
    await write(context, mails)
    afterCommit(context, wakeSending)
  }
}

/** A row, as it is written down. */
type NewMail = Pick<
  NotificationRow,
  'id' | 'recipient_id' | 'recipient' | 'recipient_name' | 'content' | 'message_id'
> & { readonly event_id: string }

const messageIdOf = ({ from }: MailSettings, eventId: string, recipientId: string): string => {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'plinth.example'
  const mark = createHash('sha256').update(recipientId).digest('hex').slice(0, 12)
  return `<${eventId}.${mark}@${domain}>`
}
