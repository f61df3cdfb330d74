import { type Id, type InTx, newId, type TxContext } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { asc, eq, sql } from 'drizzle-orm'
import type { StoredCart } from './cart-view.ts'
import { cart, cartLine } from './tables.ts'

/** Reads a user's cart; makes an empty one where there is none yet. */
export const readCart = async (
  database: Database,
  context: TxContext,
  userId: Id<'User'>,
): Promise<StoredCart> => {
  const rows = await database
    .on(context)
    .select({
      id: cart.id,
      updatedAt: cart.updatedAt,
      variantId: cartLine.variantId,
      quantity: cartLine.quantity,
    })
    .from(cart)
    .leftJoin(cartLine, eq(cartLine.cartId, cart.id))
    .where(eq(cart.userId, userId))
    .orderBy(asc(cartLine.position))
  const [first] = rows
  if (first === undefined) return { ...(await touchCart(database, context, userId)), lines: [] }
  const lines = rows.flatMap(({ variantId, quantity }) =>
    variantId === null || quantity === null ? [] : { variantId, quantity },
  )
  return { id: first.id, updatedAt: first.updatedAt, lines }
}

/** Locks a user's cart until the transaction ends. Whoever changes its lines has locked or touched the cart first. */
export const lockCart = async (database: Database, context: InTx, userId: Id<'User'>) =>
  database.on(context).execute(sql`select from cart.cart where user_id = ${userId} for update`)

/**
 * Makes sure that the user has a cart and says that it has changed. Within a transaction this also is
 * the lock that puts all changes of one cart in a row.
 */
export const touchCart = async (database: Database, context: TxContext, userId: Id<'User'>) => {
  const [touched] = await database
    .on(context)
    .insert(cart)
    .values({ id: newId<'Cart'>(), userId })
    .onConflictDoUpdate({ target: cart.userId, set: { updatedAt: sql`now()` } })
    .returning({ id: cart.id, updatedAt: cart.updatedAt })
  if (touched === undefined) throw new Error('an upsert returned no row')
  return touched
}
