import { type Id, type InTx, newId, type TxContext } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { StoredCart, StoredLine } from './cart-view.ts'
import { cart } from './tables.ts'

/** The carts of these users, in their order; undefined for whoever has none yet. */
export const readCarts = async (
  database: Database,
  context: TxContext,
  userIds: readonly Id<'User'>[],
): Promise<(StoredCart | undefined)[]> => {
  const rows = await database.on(context).execute<Row>(sql`
    select cart.id, cart.updated_at as "updatedAt",
           coalesce(
             jsonb_agg(
               jsonb_build_object('variantId', line.variant_id, 'quantity', line.quantity) order by line.position
             ) filter (where line.cart_id is not null),
             '[]'
           ) as lines
      from unnest(${sql.param(userIds)}::uuid[]) with ordinality as asked (user_id, place)
      left join cart.cart on cart.user_id = asked.user_id
      left join cart.cart_line line on line.cart_id = cart.id
     group by asked.place, cart.id
     order by asked.place`)
  return rows.map(({ id, updatedAt, lines }) =>
    id === null || updatedAt === null ? undefined : { id, updatedAt, lines },
  )
}

type Row = {
  readonly id: Id<'Cart'> | null
  readonly updatedAt: Date | null
  readonly lines: StoredLine[]
}

/** Reads a user's cart; makes an empty one where there is none yet. */
export const readCart = async (
  database: Database,
  context: TxContext,
  userId: Id<'User'>,
): Promise<StoredCart> => {
  const [stored] = await readCarts(database, context, [userId])
  return stored ?? makeCart(database, context, userId)
}

/** Makes sure that the user has a cart; one that has just been made by somebody else is as new as ours. */
export const makeCart = async (
  database: Database,
  context: TxContext,
  userId: Id<'User'>,
): Promise<StoredCart> => ({ ...(await touchCart(database, context, userId)), lines: [] })

/**
 * Locks the carts of users until the transaction ends, in the order of their ids, as everywhere. Whoever changes the
 * lines of a cart has locked or touched it first.
 */
export const lockCarts = async (database: Database, context: InTx, userIds: readonly Id<'User'>[]) =>
  database.on(context).execute(sql`
    select from cart.cart where user_id = any(${sql.param([...userIds])}::uuid[]) order by user_id for update`)

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
