import { idOf, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a notification. */
export const notificationId = idOf('Notification')

/** What a mail is about. */
export const notificationType = z.enum([
  'welcome',
  'password_reset',
  'order_placed',
  'order_cancelled',
  'refund_done',
  'refund_failed',
])

/** See {@link notificationType}. */
export type NotificationType = z.infer<typeof notificationType>

/** How the delivery of a mail stands. */
export const notificationStatus = z.enum(['pending', 'sent', 'failed'])

/** A mail to one person about one event. */
export const notification = z
  .strictObject({
    id: notificationId,
    type: notificationType,
    recipient: z.string().meta({ description: 'The e-mail address' }),
    status: notificationStatus,
    attempts: z.int().min(0),
    lastError: z.string().nullable(),
    messageId: z
      .string()
      .meta({ description: 'The Message-ID, derived from the event: a repeat can be told' }),
    createdAt: timestamp,
    sentAt: timestamp.nullable(),
  })
  .meta({ id: 'Notification' })

/** See {@link notification}. */
export type Notification = z.infer<typeof notification>
