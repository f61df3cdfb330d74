import { type Consumer, defineConsumer } from '@plinth/messaging'
import { paymentsContract } from '@plinth/payments-contract'
import type { NotificationsDeps } from './deps.ts'
import { contactsOf } from './neighbours/users.ts'
import { writeNotifications } from './write-notifications.ts'

/** Tells the buyer that the money is on its way back. */
export const confirmRefund = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'refund_done')
  return defineConsumer({
    name: 'notifications.confirm-refund',
    event: paymentsContract.events.refunded,
    together: true,
    prepare: (_, { data }) => contactsOf(deps, data.userId),
    handle: (context, event, buyer) => write(context, event, buyer, event.data),
  })
}
