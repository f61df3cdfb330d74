import {
  type CallContext,
  contextOf,
  createTurnstile,
  DeadlineExceeded,
  service,
  type TxContext,
} from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { type BegunCheckout, giveUp } from './begun-checkout.ts'
import { claimKey } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { doTogether, type Outcome } from './do-together.ts'
import { insertOrder, type Opening } from './draft.ts'
import { type Attempt, type OpeningDeps, open } from './opening.ts'
import type { OrderAndPayment } from './order-view.ts'
import { refuseSoldOut } from './refuse-sold-out.ts'

/**
 * The first half of a checkout, all of it or nothing: the key is claimed, the cart moves into the order,
 * its stock is held, its payment noted down. Undefined when the key has an order already.
 */
export type OpenOrder = (context: CallContext, opening: Opening) => Promise<OrderAndPayment | undefined>

/** See {@link OpenOrder}. */
export const openOrder = (orders: OrdersDeps): OpenOrder => {
  const deps = { ...orders, claimKey: claimKey(orders), insertOrder: insertOrder(orders) }
  return deps.detached ? openApart(deps) : openTogether(deps)
}

/** Somebody who checks out. */
interface Buyer {
  readonly opening: Opening
  readonly context: CallContext
}

/**
 * Opens the orders of all who check out at once in one transaction: what many of them want is locked once, and the more
 * there are, the less each of them costs.
 */
const openTogether = (deps: OpeningDeps): OpenOrder => {
  const lots = inLots({
    nameOf: ({ opening }: Buyer) => opening.key.userId,
    work: (context, buyers) => openLot(deps, context, buyers),
  })
  return async (context, opening) => {
    // Once its lot is under way an order may be there, so that it goes on though its client hangs up.
    const { signal: _, ...patient } = context
    const outcome = await lots(patient, { opening, context })
    if ('refusal' in outcome) throw outcome.refusal
    return outcome.done
  }
}

type Opened = Outcome<OrderAndPayment | undefined>

const openLot = async (
  deps: OpeningDeps,
  context: TxContext,
  buyers: readonly Buyer[],
): Promise<Opened[]> => {
  const admitted = await Promise.allSettled(buyers.map(buyer => admit(deps, buyer)))
  const attempts = buyers.flatMap(({ opening }, at) =>
    admitted[at]?.status === 'fulfilled' ? [{ opening, hasAsked: false }] : [],
  )
  const outcomes = await doTogether(deps.database, context, attempts, (inTx, attempt) =>
    open(deps, inTx, attempt),
  )
  const opened = new Map(attempts.map(({ opening }, at) => [opening, outcomes[at]]))
  return buyers.map(({ opening }, at): Opened => {
    const refused = admitted[at]
    if (refused?.status === 'rejected') return { refusal: refused.reason }
    return opened.get(opening) ?? { refusal: new Error('nothing came of it') }
  })
}

/** Not before the own turn: who had to wait for it may have come too late by then. */
const admit = async (deps: OpeningDeps, { opening, context }: Buyer): Promise<void> => {
  if (context.signal?.aborted) throw DeadlineExceeded(undefined, { cause: context.signal.reason })
  await refuseSoldOut(deps, context, opening.key)
}

/** More would wait for a connection to PostgreSQL. */
const apartAtOnce = 16

/**
 * Opens each order in a transaction of its own, beside neighbours who do not join it: what they were asked for is undone
 * where it came to nothing.
 */
const openApart = (deps: OpeningDeps): OpenOrder => {
  const enter = createTurnstile(apartAtOnce)
  return (context, opening) =>
    enter(context, async () => {
      await admit(deps, { opening, context })
      const attempt: Attempt = { opening, hasAsked: false }
      const begun = { orderId: opening.orderId, paymentId: opening.paymentId, userId: opening.key.userId }
      // However late it is: what is not known to be written down cannot be taken away again.
      await deps.begun.begin(contextOf(service('orders')), begun)
      try {
        const opened = await deps.database.transaction(context, inTx => open(deps, inTx, attempt))
        if (opened === undefined) await forget(deps, begun)
        return opened
      } catch (error) {
        await (attempt.hasAsked ? giveUp(deps, context, begun) : forget(deps, begun))
        throw error
      }
    })
}

/** However long somebody has waited: it is one note the less to be looked into. */
const forget = async (deps: OpeningDeps, begun: BegunCheckout): Promise<void> => {
  await deps.begun.forget(contextOf(service('orders')), begun).catch((err: unknown) => {
    deps.logger.warn(
      { err, orderId: begun.orderId },
      'a checkout that was begun for nothing is given up later',
    )
  })
}
