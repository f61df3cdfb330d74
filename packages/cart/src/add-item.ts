import { CartFull, type cartContract, maxLines, maxQuantity, QuantityLimit } from '@plinth/cart-contract'
import { type InputOf, type InTx, NotFound, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { getCart } from './get-cart.ts'
import { assertHolds, type Condition } from './if-match.ts'
import { offersOf } from './neighbours/catalog.ts'
import { ownerOf } from './owner.ts'
import { touchCart } from './stored-cart.ts'

type Item = InputOf<typeof cartContract, 'addItem'>

/** Adds so many of a variant to what is there. */
export const addItem = (deps: CartDeps) => async (context: TxContext, item: Item) => {
  await assertForSale(deps, context, item.variantId)
  await putLine(deps, context, item, 'add')
  return getCart(deps)(context)
}

/** Throws `not_found` unless the variant can be bought. */
export const assertForSale = async (deps: CartDeps, context: TxContext, variantId: Item['variantId']) => {
  const [offer] = await offersOf(deps, context, [variantId])
  if (offer?.forSale !== true) throw NotFound('There is no such variant for sale.')
}

/** Adds to a line or sets it, within the limits of a line and of a cart. */
export const putLine = (
  deps: CartDeps,
  context: TxContext,
  item: Item,
  how: 'add' | 'set',
  condition?: Condition,
): Promise<void> =>
  deps.database.transaction(context, async inTx => {
    const userId = ownerOf(inTx)
    await assertHolds(deps, inTx, condition)
    // One after the other, so that the second counts the lines with the cart already locked by the first.
    await touchCart(deps.database, inTx, userId)
    const written = await writeLine(deps, inTx, userId, item, how)
    if (written === 'quantity_limit') throw QuantityLimit()
    if (written === 'cart_full') throw CartFull()
  })

const writeLine = async (
  { database }: CartDeps,
  context: InTx,
  userId: string,
  { variantId, quantity }: Item,
  how: 'add' | 'set',
): Promise<'written' | 'quantity_limit' | 'cart_full'> => {
  const before = how === 'add' ? sql`line.quantity` : sql`0`
  const [row] = await database.on(context).execute<{ written: boolean; present: boolean }>(sql`
    with mine as (
      select cart.id,
             count(line.*) as lines,
             coalesce(bool_or(line.variant_id = ${variantId}), false) as present
        from cart.cart left join cart.cart_line line on line.cart_id = cart.id
       where cart.user_id = ${userId}
       group by cart.id
    ), written as (
      insert into cart.cart_line as line (cart_id, variant_id, quantity)
      select id, ${variantId}, ${quantity} from mine where present or lines < ${maxLines}
          on conflict (cart_id, variant_id)
          do update set quantity = ${before} + excluded.quantity
                  where ${before} + excluded.quantity <= ${maxQuantity}
      returning 1
    )
    select exists (select from written) as written, present from mine`)
  if (row?.written === true) return 'written'
  return row?.present === true ? 'quantity_limit' : 'cart_full'
}
