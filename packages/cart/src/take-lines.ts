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
      // Two statements, so that the second sees what whoever held the cart has done.
      const [, [row]] = await Promise.all([
        lockCart(database, inTx, userId),
        database.on(inTx).execute<{ lines: Lines | null }>(sql`
          with before as (
            select lines, returned_at from cart.checkout where order_id = ${orderId}
          ), taken as (
            delete from cart.cart_line line using cart.cart
             where cart.id = line.cart_id and cart.user_id = ${userId} and not exists (select from before)
            returning line.cart_id, line.variant_id, line.quantity, line.position
          ), listed as (
            select jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity) order by position) as lines
              from taken
          ), noted as (
            insert into cart.checkout (order_id, user_id, lines)
            select ${orderId}, ${userId}, lines from listed where lines is not null
          ), touched as (
            update cart.cart set updated_at = now() where id in (select cart_id from taken)
          )
          select lines from before where returned_at is null
           union all
          select lines from listed where lines is not null`),
      ])
      return row?.lines ?? []
    })
