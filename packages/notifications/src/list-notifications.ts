import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type Notification, notificationId, type notificationsContract } from '@plinth/notifications-contract'
import { sql } from 'drizzle-orm'
import type { NotificationsDeps } from './deps.ts'
import { type NotificationRow, showNotification } from './notification.ts'

const cursors = cursorsFor('notifications', notificationId)

/** Notifications, newest first. */
export const listNotifications =
  ({ database }: NotificationsDeps) =>
  async (
    context: TxContext,
    input: InputOf<typeof notificationsContract, 'listNotifications'>,
  ): Promise<Page<Notification>> => {
    const { limit, cursor, ...query } = input
    const after = cursors.read(cursor, query)
    const rows = await database.on(context).execute<NotificationRow>(sql`
      select * from notifications.notification
       where true
             ${query.status === undefined ? sql`` : sql`and status = ${query.status}`}
             ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc
       limit ${limit + 1}`)
    return pageFrom(rows, limit, showNotification, row => cursors.write(row.id, query))
  }
