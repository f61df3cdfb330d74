import { type Consumer, defineConsumer } from '@plinth/messaging'
import { ordersContract } from '@plinth/orders-contract'
import { commitRefund } from './commit-refund.ts'
import type { PaymentsDeps } from './deps.ts'

/**
 * A cancelled order is refunded, as far as it was captured by then. A capture that comes to light later
 * is sent back by orders, which settles it.
 */
export const refundCancelledOrder = (deps: PaymentsDeps): Consumer =>
  defineConsumer({
    name: 'payments.refund-cancelled-order',
    event: ordersContract.events.cancelled,
    handle: async (context, { data: { orderId, number } }) => {
      await commitRefund(deps, context, {
        of: { orderId },
        reason: `Order ${number} was cancelled.`,
        requestedBy: 'payments.refund-cancelled-order',
      })
    },
  })
