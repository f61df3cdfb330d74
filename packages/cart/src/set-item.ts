import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, TxContext } from '@plinth/kernel'
import { assertForSale, assertPut } from './add-item.ts'
import type { CartDeps } from './deps.ts'
import { priced } from './get-cart.ts'
import { assertHolds, conditionOf } from './if-match.ts'
import { ownerOf } from './owner.ts'
import { putLines } from './put-lines.ts'
import { removeItem } from './remove-item.ts'

/** Says how many of a variant there are, adding the line if need be; none removes it. */
export const setItem = (deps: CartDeps) => {
  const remove = removeItem(deps)
  return async (context: TxContext, item: InputOf<typeof cartContract, 'setItem'>) => {
    const { variantId, quantity, ifMatch } = item
    if (quantity === 0) return remove(context, item)
    await assertForSale(deps, context, variantId)
    const condition = await conditionOf(deps, context, ifMatch)
    const cart = await deps.database.transaction(context, async inTx => {
      await assertHolds(deps, inTx, condition)
      const [put] = await putLines(deps, inTx, [{ userId: ownerOf(inTx), variantId, quantity }], 'set')
      return assertPut(put)
    })
    return priced(deps, context, cart)
  }
}
