import { createHash } from 'node:crypto'
import { type InTx, newId } from '@plinth/kernel'
import { afterCommit } from '@plinth/postgres'
import type { Contact } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { type Contents, contents } from './content.ts'
import type { MailSettings, NotificationsDeps } from './deps.ts'

/**
 * Writes down one mail for each recipient, in the transaction that consumes the event. The event and the
 * recipient make the Message-ID, so that a mail sent twice can be told (RFC 5322, section 3.6.4).
 */
export const writeNotifications = async <Type extends keyof Contents>(
  { database, settings, wakeSending }: NotificationsDeps,
  context: InTx,
  event: { readonly id: string },
  type: Type,
  recipients: readonly Contact[],
  content: Contents[Type],
): Promise<void> => {
  if (recipients.length === 0) return
  const rows = recipients.map(({ userId, email, name }) => ({
    id: newId<'Notification'>(),
    recipient_id: userId,
    recipient: email,
    recipient_name: name,
    message_id: messageIdOf(settings, event.id, userId),
  }))
  await database.on(context).execute(sql`
    insert into notifications.notification
      (id, event_id, type, recipient_id, recipient, recipient_name, content, message_id)
    select id, ${event.id}, ${type}, recipient_id, recipient, recipient_name, ${JSON.stringify(contents[type].parse(content))}::jsonb, message_id
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as row (id uuid, recipient_id uuid, recipient text, recipient_name text, message_id text)
        on conflict (event_id, recipient_id) do nothing`)
  afterCommit(context, wakeSending)
}

const messageIdOf = ({ from }: MailSettings, eventId: string, recipientId: string): string => {
  const domain = /@([\w.-]+)>?\s*$/.exec(from)?.[1] ?? 'plinth.example'
  const mark = createHash('sha256').update(recipientId).digest('hex').slice(0, 12)
  return `<${eventId}.${mark}@${domain}>`
}
