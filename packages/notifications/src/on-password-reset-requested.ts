import { type Consumer, defineConsumer } from '@plinth/messaging'
import { usersContract } from '@plinth/users-contract'
import type { NotificationsDeps } from './deps.ts'
import { writeNotifications } from './write-notifications.ts'

/** Mails the link with which to set a new password. */
export const mailPasswordReset = (deps: NotificationsDeps): Consumer =>
  defineConsumer({
    name: 'notifications.mail-password-reset',
    event: usersContract.events.passwordResetRequested,
    together: true,
    handle: (context, event) => writeNotifications(deps, context, event, 'password_reset', [event.data], {}),
  })
