import type { TxContext } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import type { OrdersDeps } from './deps.ts'
import { abandon, charge } from './neighbours/payments.ts'
import type { StoredOrder } from './stored-order.ts'

/** An order whose payment is not settled yet. */
export interface Unsettled extends Pick<StoredOrder, 'id' | 'paymentId' | 'status'> {
  /** It has waited longer than its stock was held. */
  readonly overdue: boolean
}

/**
 * Charges the payment of an order, or asks what became of it: while the order waits for it. Once the order
 * is cancelled or overdue, the payment is called off. Whatever is not an answer is `pending`. Call it
 * outside any transaction: it waits for the provider.
 */
export const askForPayment = async (
  deps: OrdersDeps,
  context: TxContext,
  { id, paymentId, status, overdue }: Unsettled,
): Promise<ChargeOutcome> => {
  const ask = status === 'pending_payment' && !overdue ? charge : abandon
  try {
    return await ask(deps, context, paymentId)
  } catch (error) {
    deps.logger.warn({ err: error, orderId: id }, 'what became of a payment is not known yet')
    return { outcome: 'pending' }
  }
}
