import { type Consumer, defineConsumer } from '@plinth/messaging'
import { ordersContract } from '@plinth/orders-contract'
import type { Parts } from './parts.ts'
import { releaseStock } from './release-stock.ts'

/**
 * A cancelled order gives back its stock: held, sold, or neither any more. It need not be told which, and
 * a sale of the order that arrives later finds it released.
 */
export const onOrderCancelled = (parts: Parts): Consumer => {
  const release = releaseStock(parts)
  return defineConsumer({
    name: 'catalog.restock-cancelled-order',
    event: ordersContract.events.cancelled,
    handle: (context, { data: { orderId } }) => release(context, { orderId }),
  })
}
