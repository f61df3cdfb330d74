import { type Consumer, defineConsumer } from '@plinth/messaging'
import { ordersContract } from '@plinth/orders-contract'
import type { NotificationsDeps } from './deps.ts'
import { contactsOf } from './neighbours/users.ts'
import { writeNotifications } from './write-notifications.ts'

/** Tells the buyer that the order is cancelled. */
export const confirmCancellation = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'order_cancelled')
  return defineConsumer({
    name: 'notifications.confirm-cancellation',
    event: ordersContract.events.cancelled,
    together: true,
    prepare: (_, { data }) => contactsOf(deps, data.userId),
    handle: (context, event, buyer) => write(context, event, buyer, event.data),
  })
}
