import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, TxContext } from '@plinth/kernel'
import { assertForSale, putLine } from './add-item.ts'
import type { CartDeps } from './deps.ts'
import { getCart } from './get-cart.ts'
import { conditionOf } from './if-match.ts'
import { removeItem } from './remove-item.ts'

/** Says how many of a variant there are, adding the line if need be; none removes it. */
export const setItem =
  (deps: CartDeps) => async (context: TxContext, item: InputOf<typeof cartContract, 'setItem'>) => {
    if (item.quantity === 0) return removeItem(deps)(context, item)
    await assertForSale(deps, context, item.variantId)
    await putLine(deps, context, item, 'set', await conditionOf(deps, context, item.ifMatch))
    return getCart(deps)(context)
  }
