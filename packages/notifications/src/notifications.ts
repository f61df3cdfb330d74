import { type Implementation, implement } from '@plinth/kernel'
import type { Consumer } from '@plinth/messaging'
import { type NotificationsContract, notificationsContract } from '@plinth/notifications-contract'
import { createDatabase, type Job, type Migrations, migrationsOf, type Pool } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import type { MailSettings, NotificationsDeps } from './deps.ts'
import { listNotifications } from './list-notifications.ts'
import { confirmCancellation } from './on-order-cancelled.ts'
import { confirmOrder } from './on-order-placed.ts'
import { mailPasswordReset } from './on-password-reset-requested.ts'
import { confirmRefund } from './on-payment-refunded.ts'
import { alertAdmins } from './on-refund-failed.ts'
import { welcomeUser } from './on-user-registered.ts'
import { resendNotification } from './resend-notification.ts'
import { notificationsRoutes } from './routes.ts'
import { sendMails } from './send-mails.ts'
import { guarded } from './smtp/guarded.ts'
import { createSmtpTransport } from './smtp/transport.ts'

/** What notifications need from the deployable they run in. */
export interface NotificationsOptions {
  readonly pool: Pool
  readonly logger: Logger
  readonly neighbours: NotificationsDeps['neighbours']
  readonly settings: MailSettings & {
    /** `smtp://user:password@host:port` or `smtps://...` */
    readonly smtpUrl: string
    /** Milliseconds that handing over one mail may take in all; 10 s unless given. */
    readonly sendingMs?: number
  }
}

/** The notifications domain, ready to be composed. Nothing happens before the host starts jobs and consumers. */
export interface Notifications {
  readonly operations: Implementation<NotificationsContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly consumers: readonly Consumer[]
  readonly jobs: readonly Job[]
  readonly migrations: Migrations
}

/** Creates the notifications domain. */
export const createNotifications = ({
  pool,
  logger,
  neighbours,
  settings,
}: NotificationsOptions): Notifications => {
  const { sendingMs = 10_000 } = settings
  const deps: NotificationsDeps = {
    database: createDatabase({ pool, schema: 'notifications' }),
    logger,
    transport: guarded(createSmtpTransport(settings.smtpUrl), sendingMs),
    neighbours,
    settings: { ...settings, sendingMs, publicUrl: settings.publicUrl.replace(/\/+$/, '') },
    wakeSending: () => sending.wake(),
  }
  const sending = sendMails(deps)
  const operations = implement(notificationsContract, {
    listNotifications: listNotifications(deps),
    resendNotification: resendNotification(deps),
  })
  return {
    operations,
    routes: notificationsRoutes(operations),
    consumers: [
      welcomeUser(deps),
      mailPasswordReset(deps),
      confirmOrder(deps),
      confirmCancellation(deps),
      confirmRefund(deps),
      alertAdmins(deps),
    ],
    jobs: [sending],
    migrations: migrationsOf('notifications', import.meta.url),
  }
}
