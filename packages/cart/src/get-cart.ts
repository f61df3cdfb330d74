import type { Cart } from '@plinth/cart-contract'
import type { Id, TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { type StoredCart, showCart } from './cart-view.ts'
import type { CartDeps } from './deps.ts'
import { offersOf } from './neighbours/catalog.ts'
import { ownerOf } from './owner.ts'
import { makeCart, readCarts } from './stored-cart.ts'

/** The actor's cart, priced as of now. All who look at theirs at the same moment share the statements. */
export const getCart = (deps: CartDeps) => {
  const read = inLots({
    work: (context, userIds: readonly Id<'User'>[]) => readCarts(deps.database, context, userIds),
  })
  return async (context: TxContext): Promise<Cart> => {
    const owner = ownerOf(context)
    return priced(
      deps,
      context,
      (await read(context, owner)) ?? (await makeCart(deps.database, context, owner)),
    )
  }
}

/** A cart as it is shown: with what the catalog says of its lines right now. */
export const priced = async (deps: CartDeps, context: TxContext, stored: StoredCart): Promise<Cart> => {
  const variantIds = stored.lines.map(({ variantId }) => variantId)
  return showCart(stored, await offersOf(deps, context, variantIds), deps.settings.currency)
}
