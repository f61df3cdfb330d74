import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import type { Notification, notificationsContract } from '@plinth/notifications-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { NotificationsDeps } from './deps.ts'
import { type NotificationRow, showNotification } from './notification.ts'

/** Puts a mail, sent or given up, back among those that are due; it keeps its Message-ID. */
export const resendNotification =
  ({ database, wakeSending }: NotificationsDeps) =>
  (
    context: TxContext,
    input: InputOf<typeof notificationsContract, 'resendNotification'>,
  ): Promise<Notification> =>
    database.transaction(context, async inTx => {
      const [row] = await database.on(inTx).execute<NotificationRow>(sql`
        update notifications.notification
           set status = 'pending', next_attempt_at = now(), attempts = 0, sent_at = null, patience_from = now()
         where id = ${input.notificationId}
        returning *`)
      if (row === undefined) throw NotFound()
      afterCommit(inTx, wakeSending)
      return showNotification(row)
    })
