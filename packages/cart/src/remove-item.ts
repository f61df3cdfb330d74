import type { Id, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { getCart } from './get-cart.ts'
import { ownerOf } from './owner.ts'

/** Removes a variant; what is not there needs no removing. */
export const removeItem =
  (deps: CartDeps) =>
  async (context: TxContext, { variantId }: { readonly variantId: Id<'Variant'> }) => {
    await removeLines(deps, context, sql`line.variant_id = ${variantId}`)
    return getCart(deps)(context)
  }

/** Empties the cart. */
export const clearCart = (deps: CartDeps) => (context: TxContext) => removeLines(deps, context, sql`true`)

const removeLines = async (
  { database }: CartDeps,
  context: TxContext,
  which: ReturnType<typeof sql>,
): Promise<undefined> => {
  await database.on(context).execute(sql`
    with removed as (
      delete from cart.cart_line line
       using cart.cart
       where cart.id = line.cart_id and cart.user_id = ${ownerOf(context)} and ${which}
      returning line.cart_id
    )
    update cart.cart set updated_at = now() where id in (select cart_id from removed)`)
}
