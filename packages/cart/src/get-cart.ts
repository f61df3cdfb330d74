import type { Cart } from '@plinth/cart-contract'
import type { TxContext } from '@plinth/kernel'
import { showCart } from './cart-view.ts'
import type { CartDeps } from './deps.ts'
import { offersOf } from './neighbours/catalog.ts'
import { ownerOf } from './owner.ts'
import { readCart } from './stored-cart.ts'

/** The actor's cart, priced as of now. */
export const getCart =
  (deps: CartDeps) =>
  async (context: TxContext): Promise<Cart> => {
    const stored = await readCart(deps.database, context, ownerOf(context))
    const offers = await offersOf(
      deps,
      context,
      stored.lines.map(line => line.variantId),
    )
    return showCart(stored, offers, deps.settings.currency)
  }
