import { CartFull, type cartContract, QuantityLimit } from '@plinth/cart-contract'
import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import type { StoredCart } from './cart-view.ts'
import type { CartDeps } from './deps.ts'
import { priced } from './get-cart.ts'
import { offersOf } from './neighbours/catalog.ts'
import { ownerOf } from './owner.ts'
import { type Put, type PutResult, putLines } from './put-lines.ts'

type Item = InputOf<typeof cartContract, 'addItem'>

/** Adds so many of a variant to what is there. All who add at the same moment share a transaction. */
export const addItem = (deps: CartDeps) => {
  const add = inLots({
    nameOf: ({ userId }: Put) => userId,
    work: (context, puts: readonly Put[]) => putLines(deps, context, puts, 'add'),
  })
  return async (context: TxContext, item: Item) => {
    await assertForSale(deps, context, item.variantId)
    return priced(deps, context, assertPut(await add(context, { userId: ownerOf(context), ...item })))
  }
}

/** Throws `not_found` unless the variant can be bought. */
export const assertForSale = async (deps: CartDeps, context: TxContext, variantId: Item['variantId']) => {
  const [offer] = await offersOf(deps, context, [variantId])
  if (offer?.forSale !== true) throw NotFound('There is no such variant for sale.')
}

/** The cart, or throws `quantity_limit` or `cart_full`. */
export const assertPut = (put: PutResult | undefined): StoredCart => {
  if (put === 'quantity_limit') throw QuantityLimit()
  if (put === 'cart_full' || put === undefined) throw CartFull()
  return put
}
