import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, TxContext } from '@plinth/kernel'
import { type SQL, sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { getCart } from './get-cart.ts'
import { assertHolds, conditionOf } from './if-match.ts'
import { ownerOf } from './owner.ts'
import { lockCarts } from './stored-cart.ts'

/** Removes a variant; what is not there needs no removing. */
export const removeItem = (deps: CartDeps) => {
  const show = getCart(deps)
  return async (
    context: TxContext,
    { variantId, ifMatch }: Pick<InputOf<typeof cartContract, 'removeItem'>, 'variantId' | 'ifMatch'>,
  ) => {
    await removeLines(deps, context, ifMatch, sql`line.variant_id = ${variantId}`)
    return show(context)
  }
}

/** Empties the cart. */
export const clearCart =
  (deps: CartDeps) =>
  (context: TxContext, { ifMatch }: InputOf<typeof cartContract, 'clearCart'>) =>
    removeLines(deps, context, ifMatch, sql`true`)

const removeLines = async (
  deps: CartDeps,
  context: TxContext,
  ifMatch: string | undefined,
  which: SQL,
): Promise<undefined> => {
  const { database } = deps
  const condition = await conditionOf(deps, context, ifMatch)
  return database.transaction(context, async inTx => {
    const owner = ownerOf(inTx)
    await assertHolds(deps, inTx, condition)
    // The cart before its lines, as everybody locks them.
    await lockCarts(database, inTx, [owner])
    await database.on(inTx).execute(sql`
      with removed as (
        delete from cart.cart_line line
         using cart.cart
         where cart.id = line.cart_id and cart.user_id = ${owner} and ${which}
        returning line.cart_id
      )
      update cart.cart set updated_at = now() where id in (select cart_id from removed)`)
    return undefined
  })
}
