import { deploy } from '@plinth/host'
import { createNotifications } from '@plinth/notifications'
import { notificationsContract } from '@plinth/notifications-contract'
import { usersContract } from '@plinth/users-contract'

/** Notifications by themselves: mails to people. */
await deploy(notificationsContract, {
  calls: ['users'],
  create: ({ pool, logger, config, foundations, publicUrl, far }) =>
    createNotifications({
      pool,
      logger,
      neighbours: { users: far(usersContract) },
      settings: { from: config.MAIL_FROM, publicUrl, smtpUrl: foundations.smtpUrl },
    }),
})
