import { maxLines, maxQuantity } from '@plinth/cart-contract'
import { type Id, newId, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { StoredCart } from './cart-view.ts'
import type { CartDeps } from './deps.ts'
import { readCarts } from './stored-cart.ts'

/** So many of a variant for the cart of a user. */
export interface Put {
  readonly userId: Id<'User'>
  readonly variantId: Id<'Variant'>
  readonly quantity: number
}

/** The cart as it is afterwards, or why it is as it was. */
export type PutResult = StoredCart | 'quantity_limit' | 'cart_full'

/**
 * Adds to a line or sets it, within the limits of a line and of a cart; one for each of the users, who are different
 * ones. What is refused leaves its cart as it was.
 */
export const putLines = (
  { database }: Pick<CartDeps, 'database'>,
  context: TxContext,
  puts: readonly Put[],
  how: 'add' | 'set',
): Promise<PutResult[]> =>
  database.transaction(context, async inTx => {
    const queries = database.on(inTx)
    // Nobody waits long for the cart of somebody else: the lot is given up then, and done again one by one.
    const patience = async () =>
      puts.length === 1 ? undefined : queries.execute(sql`select set_config('lock_timeout', '100ms', true)`)
    // A statement of its own, so that the next one counts the lines with all the carts already locked.
    const lock = async () =>
      queries.execute(sql`
        insert into cart.cart as present (id, user_id)
        select id, user_id from jsonb_to_recordset(${JSON.stringify(puts.map(named))}) as _ (id uuid, user_id uuid)
         order by user_id
            on conflict (user_id) do update set updated_at = present.updated_at`)
    const before = how === 'add' ? sql`line.quantity` : sql`0`
    const write = async () =>
      queries.execute<{ written: boolean; present: boolean }>(sql`
        with asked as (
          select * from rows from (
            jsonb_to_recordset(${JSON.stringify(puts)}) as ("userId" uuid, "variantId" uuid, quantity int)
          ) with ordinality as _ (user_id, variant_id, quantity, position)
        ), mine as (
          select asked.position, asked.variant_id, asked.quantity, cart.id, count(line.*) as lines,
                 coalesce(bool_or(line.variant_id = asked.variant_id), false) as present
            from asked
            join cart.cart using (user_id)
            left join cart.cart_line line on line.cart_id = cart.id
           group by asked.position, asked.variant_id, asked.quantity, cart.id
        ), written as (
          insert into cart.cart_line as line (cart_id, variant_id, quantity)
          select id, variant_id, quantity from mine where present or lines < ${maxLines}
              on conflict (cart_id, variant_id)
              do update set quantity = ${before} + excluded.quantity
                      where ${before} + excluded.quantity <= ${maxQuantity}
          returning cart_id
        ), touched as (
          update cart.cart set updated_at = now() from written where cart.id = written.cart_id
        )
        select written.cart_id is not null as written, mine.present
          from mine left join written on written.cart_id = mine.id
         order by mine.position`)
    const [, , written, carts] = await Promise.all([
      patience(),
      lock(),
      write(),
      readCarts(
        database,
        inTx,
        puts.map(({ userId }) => userId),
      ),
    ])
    return carts.map((cart, at) => {
      const outcome = written[at]
      if (cart === undefined || outcome === undefined) throw new Error('a cart that was locked is not there')
      if (outcome.written) return cart
      return outcome.present ? 'quantity_limit' : 'cart_full'
    })
  })

const named = ({ userId }: Put) => ({ id: newId<'Cart'>(), user_id: userId })
