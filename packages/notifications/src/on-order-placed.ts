import { type Consumer, defineConsumer } from '@plinth/messaging'
import { ordersContract } from '@plinth/orders-contract'
import type { NotificationsDeps } from './deps.ts'
import { contactsOf } from './neighbours/users.ts'
import { writeNotifications } from './write-notifications.ts'

/** Confirms an order to its buyer. */
export const confirmOrder = (deps: NotificationsDeps): Consumer => {
  const write = writeNotifications(deps, 'order_placed')
  return defineConsumer({
    name: 'notifications.confirm-order',
    event: ordersContract.events.placed,
    together: true,
    prepare: (_, { data }) => contactsOf(deps, data.userId),
    handle: (context, event, buyer) => write(context, event, buyer, event.data),
  })
}
