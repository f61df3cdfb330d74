import type { Id } from '@plinth/kernel'
import type { Notification, NotificationType } from '@plinth/notifications-contract'

/** A row of `notifications.notification`. */
export type NotificationRow = {
  readonly id: Id<'Notification'>
  readonly type: NotificationType
  readonly recipient_id: Id<'User'>
  readonly recipient: string
  readonly recipient_name: string
  readonly content: unknown
  readonly message_id: string
  readonly status: Notification['status']
  readonly attempts: number
  readonly last_error: string | null
  readonly created_at: Date
  readonly sent_at: Date | null
}

/** The notification as the admins see it. */
export const showNotification = (row: NotificationRow): Notification => ({
  id: row.id,
  type: row.type,
  recipient: row.recipient,
  status: row.status,
  attempts: row.attempts,
  lastError: row.last_error,
  messageId: row.message_id,
  createdAt: row.created_at.toISOString(),
  sentAt: row.sent_at?.toISOString() ?? null,
})
