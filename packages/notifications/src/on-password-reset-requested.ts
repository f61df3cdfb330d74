import { type Consumer, defineConsumer } from '@plinth/messaging'
import { usersContract } from '@plinth/users-contract'
import type { NotificationsDeps } from './deps.ts'
import { writeNotifications } from './write-notifications.ts'

/** Mails the link with which to set a new password. */
export const mailPasswordReset = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'password_reset')
  return defineConsumer({
    name: 'notifications.mail-password-reset',
    event: usersContract.events.passwordResetRequested,
    together: true,
    handle: (context, event) => write(context, event, [event.data], {}),
  })
}
