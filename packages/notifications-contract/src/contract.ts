import { defineContract, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import { notification, notificationId, notificationStatus } from './notification.ts'
import { notificationsPermissions as can } from './permissions.ts'

/** All that the world knows of notifications. */
export const notificationsContract = defineContract({
  name: 'notifications',
  permissions: can,
  events: {},
  operations: {
    listNotifications: operation({
      summary: 'List notifications, newest first',
      input: z.strictObject({ ...pageRequest.shape, status: notificationStatus.optional() }),
      output: pageOf(notification),
      idempotent: true,
      access: [can.readAny],
    }),
    resendNotification: operation({
      summary: 'Send a notification again, under the same Message-ID',
      input: z.strictObject({ notificationId }),
      output: notification,
      errors: [NotFound],
      access: [can.sendAny],
    }),
  },
})

/** See {@link notificationsContract}. */
export type NotificationsContract = typeof notificationsContract
