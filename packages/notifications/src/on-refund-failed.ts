import { type Consumer, defineConsumer } from '@plinth/messaging'
import { paymentsContract } from '@plinth/payments-contract'
import type { NotificationsDeps } from './deps.ts'
import { adminContacts } from './neighbours/users.ts'
import { writeNotifications } from './write-notifications.ts'

/** Tells every admin that a refund needs a human. */
export const alertAdmins = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'refund_failed')
  return defineConsumer({
    name: 'notifications.alert-admins',
    event: paymentsContract.events.refundFailed,
    together: true,
    prepare: () => adminContacts(deps),
    handle: (context, event, admins) => write(context, event, admins, event.data),
  })
}
