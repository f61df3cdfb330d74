import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, OutputOf, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { lockCart } from './stored-cart.ts'

type Lines = OutputOf<typeof cartContract, 'takeLines'>

/**
 * Moves the lines of a cart into an order. The same order asking again gets the same lines; none once they
 * were returned, and none when the return came first. Of two orders at once, one gets all lines.
 */
export const takeLines =
  ({ database }: CartDeps) =>
  (context: TxContext, { userId, orderId }: InputOf<typeof cartContract, 'takeLines'>): Promise<Lines> =>
    database.transaction(context, async inTx => {
      const take = async () =>
        database.on(inTx).execute<{ lines: Lines }>(sql`
        with noted as (
          insert into cart.checkout (order_id, user_id, lines)
          select ${orderId}::uuid, ${userId}::uuid,
                 jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity) order by position)
            from cart.cart_line join cart.cart on cart.id = cart_id
           where cart.user_id = ${userId}
          having count(*) > 0
              on conflict (order_id) do nothing
          returning user_id, lines
        ), emptied as (
          update cart.cart set updated_at = now() from noted where cart.user_id = noted.user_id
          returning id
        ), gone as (
          delete from cart.cart_line using emptied where cart_id = emptied.id
        )
        select lines from noted
         union all
        select lines from cart.checkout where order_id = ${orderId} and returned_at is null`)
      // First the lock, in a statement of its own, so that the next one sees what whoever held the cart has done.
      const [, [row]] = await Promise.all([lockCart(database, inTx, userId), take()])
      return row?.lines ?? []
    })
