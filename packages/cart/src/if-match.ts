import type { VariantOffer } from '@plinth/catalog-contract'
import { assertMatch, type InTx, type TxContext } from '@plinth/kernel'
import { showCart } from './cart-view.ts'
import type { CartDeps } from './deps.ts'
import { offersOf } from './neighbours/catalog.ts'
import { ownerOf } from './owner.ts'
import { lockCarts, readCart } from './stored-cart.ts'

/** That the cart is what the client saw: its entity tag, and what the catalog says of its lines. */
export interface Condition {
  readonly ifMatch: string
  readonly offers: readonly VariantOffer[]
}

/** Asks the catalog what it takes to check an `If-Match`, before any transaction; undefined for none. */
export const conditionOf = async (
  deps: CartDeps,
  context: TxContext,
  ifMatch: string | undefined,
): Promise<Condition | undefined> => {
  if (ifMatch === undefined) return undefined
  const { lines } = await readCart(deps.database, context, ownerOf(context))
  const variantIds = lines.map(({ variantId }) => variantId)
  return { ifMatch, offers: await offersOf(deps, context, variantIds) }
}

/** Throws `precondition_failed` unless the condition holds; the cart is locked from then on. */
export const assertHolds = async (
  { database, settings }: CartDeps,
  context: InTx,
  condition: Condition | undefined,
): Promise<void> => {
  if (condition === undefined) return
  const owner = ownerOf(context)
  await lockCarts(database, context, [owner])
  const stored = await readCart(database, context, owner)
  assertMatch(condition.ifMatch, showCart(stored, condition.offers, settings.currency))
}
