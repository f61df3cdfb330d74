import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import {
  type NotificationsContract,
  notification,
  notificationId,
  notificationStatus,
  notificationsContract,
} from '@plinth/notifications-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = notificationsContract
const tag = 'Notifications'

/** The public routes of notifications: a Fastify plugin for a gateway of @plinth/http. */
export const notificationsRoutes =
  (operations: Implementation<NotificationsContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    route(app, {
      method: 'GET',
      path: '/v1/admin/notifications',
      id: 'listNotifications',
      tag,
      operation: contract.listNotifications,
      query: z.strictObject({ ...pageQuery, status: notificationStatus.optional() }),
      responses: { 200: pageOf(notification) },
      handle: async ({ context, query }) => ({
        status: 200,
        body: await operations.listNotifications(context, query),
      }),
    })
    route(app, {
      method: 'POST',
      path: '/v1/admin/notifications/:notificationId/resend',
      id: 'resendNotification',
      tag,
      operation: contract.resendNotification,
      params: z.strictObject({ notificationId }),
      responses: { 202: notification },
      handle: async ({ context, params }) => ({
        status: 202,
        body: await operations.resendNotification(context, params),
      }),
    })
  }
