import type { CatalogContract } from '@plinth/catalog-contract'
import { type InputOf, type InTx, isDetached, type OutputOf, Unavailable } from '@plinth/kernel'
import { CartEmpty } from '@plinth/orders-contract'
import { goOn } from './begun-checkout.ts'
import type { ClaimKey } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { draftOf, type InsertOrder, type Opening, paymentFor } from './draft.ts'
import { takeLines } from './neighbours/cart.ts'
import { isOutOfStock, reserveStock } from './neighbours/catalog.ts'
import { createPayment } from './neighbours/payments.ts'
import type { OrderAndPayment } from './order-view.ts'

/** What opening an order takes. */
export interface OpeningDeps extends OrdersDeps {
  readonly claimKey: ClaimKey
  readonly insertOrder: InsertOrder
}

/** One try to open an order. */
export interface Attempt {
  readonly opening: Opening
  /** Whether anybody was asked for anything who does not roll back. */
  hasAsked: boolean
}

/** All that opening an order is, in a transaction that is rolled back when this rejects. Undefined when the key has one. */
export const open = async (
  deps: OpeningDeps,
  context: InTx,
  attempt: Attempt,
): Promise<OrderAndPayment | undefined> => {
  const { key, orderId, paymentId } = attempt.opening
  const number = await deps.claimKey(context, attempt.opening)
  if (number === undefined) return undefined
  const othersLeft = deps.detached && (await goOn(deps, context, { orderId, paymentId, userId: key.userId }))
  attempt.hasAsked = isDetached(deps.neighbours.cart)
  const wanted = await takeLines(deps, context, key.userId, orderId)
  // What another checkout of theirs took is on its way back: whoever comes again finds it.
  if (wanted.length === 0) throw othersLeft ? Unavailable() : CartEmpty()
  const { lines } = await hold(deps, context, attempt, wanted).catch((error: unknown) => {
    throw othersLeft && isOutOfStock(error) ? Unavailable(undefined, { cause: error }) : error
  })
  const draft = draftOf(attempt.opening, number, lines)
  const [order, payment] = await Promise.all([
    deps.insertOrder(context, draft),
    createPayment(deps, context, paymentFor(draft)),
  ])
  return { order, payment }
}

const hold = async (
  deps: OpeningDeps,
  context: InTx,
  attempt: Attempt,
  lines: InputOf<CatalogContract, 'reserveStock'>['lines'],
): Promise<OutputOf<CatalogContract, 'reserveStock'>> => {
  const asked = attempt.hasAsked
  attempt.hasAsked = true
  try {
    const held = await reserveStock(deps, context, { orderId: attempt.opening.orderId, lines })
    deps.soldOut.forget(lines)
    return held
  } catch (error) {
    deps.soldOut.note(error)
    // That is an answer: nothing is held.
    if (isOutOfStock(error)) attempt.hasAsked = asked
    throw error
  }
}
