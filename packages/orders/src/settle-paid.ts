import { actingAs, type InTx, service, type TxContext } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import { inLots } from '@plinth/postgres'
import type { OrdersDeps } from './deps.ts'
import { doTogether } from './do-together.ts'
import { payUnlocked } from './move-order.ts'
import { sellStock } from './neighbours/catalog.ts'
import type { OrderAndPayment } from './order-view.ts'
import { recordOutcome, settleOrder } from './settle-order.ts'
import type { StoredOrder } from './stored-order.ts'

type Captured = Extract<ChargeOutcome, { readonly outcome: 'captured' }>

/**
 * Settles an order that was opened a moment ago and is paid, as `settleOrder` does, but together with all that are at
 * the same time, and in fewer round trips: each is taken to be as it was, and looked at only where it turns out that it
 * is not.
 */
export type SettlePaid = (
  context: TxContext,
  opened: StoredOrder,
  result: Captured,
) => Promise<OrderAndPayment>

/** An order that was paid. */
interface Paid {
  readonly opened: StoredOrder
  readonly result: Captured
  readonly traceparent: string | undefined
}

/** See {@link SettlePaid}. */
export const settlePaid = (deps: OrdersDeps): SettlePaid => {
  // A neighbour that does not join would have done its part already when the order is found to be another.
  if (deps.detached) return (context, opened, result) => settleOrder(deps, context, opened, result)
  const lots = inLots({
    nameOf: ({ opened }: Paid) => opened.id,
    work: (context, paid) =>
      doTogether(deps.database, actingAs(context, service('orders')), paid, (inTx, each) =>
        keep(deps, inTx, each),
      ),
  })
  return async (context, opened, result) => {
    const outcome = await lots(context, { opened, result, traceparent: context.traceparent })
    if ('done' in outcome) return outcome.done
    if (outcome.refusal === changedMeanwhile) return settleOrder(deps, context, opened, result)
    throw outcome.refusal
  }
}

const keep = async (
  deps: OrdersDeps,
  context: InTx,
  { opened, result, traceparent }: Paid,
): Promise<OrderAndPayment> => {
  const own = { ...context, ...(traceparent !== undefined && { traceparent }) }
  // One round trip. The order comes first, so that its lock is the first, as everywhere.
  const [order, payment, sold] = await Promise.all([
    payUnlocked(deps, own, opened, { by: 'orders', reason: null, paymentOutcome: 'captured' }),
    recordOutcome(deps, own, opened, result),
    sellStock(deps, own, opened.id),
  ])
  if (order === undefined || !sold) throw changedMeanwhile
  return { order, payment }
}

/** Rolls back what was done to an order that is not what it was. */
const changedMeanwhile = new Error('the order has changed meanwhile')
