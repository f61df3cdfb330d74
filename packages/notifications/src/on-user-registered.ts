import { type Consumer, defineConsumer } from '@plinth/messaging'
import { usersContract } from '@plinth/users-contract'
import type { NotificationsDeps } from './deps.ts'
import { writeNotifications } from './write-notifications.ts'

/** Welcomes who signed up, with the link that confirms the address. */
export const welcomeUser = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'welcome')
  return defineConsumer({
    name: 'notifications.welcome-user',
    event: usersContract.events.registered,
    together: true,
    handle: (context, event) => write(context, event, [event.data], {}),
  })
}
