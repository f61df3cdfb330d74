import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, OutputOf, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'

type Lines = OutputOf<typeof cartContract, 'takeLines'>

/**
 * Moves the lines of a cart into an order. The same order asking again gets the same lines; two orders
 * at once share nothing, since the cart's row is locked first.
 */
export const takeLines =
  ({ database }: CartDeps) =>
  async (
    context: TxContext,
    { userId, orderId }: InputOf<typeof cartContract, 'takeLines'>,
  ): Promise<Lines> => {
    const [row] = await database.on(context).execute<{ lines: Lines | null }>(sql`
      with before as (
        select lines from cart.checkout where order_id = ${orderId}
      ), mine as (
        select id from cart.cart where user_id = ${userId} and not exists (select from before) for update
      ), taken as (
        delete from cart.cart_line line using mine where line.cart_id = mine.id
        returning line.variant_id, line.quantity, line.position
      ), listed as (
        select jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity) order by position) as lines
          from taken
      ), noted as (
        insert into cart.checkout (order_id, user_id, lines)
        select ${orderId}, ${userId}, lines from listed where lines is not null
      ), touched as (
        update cart.cart set updated_at = now() from mine where cart.id = mine.id
      )
      select coalesce((select lines from before), (select lines from listed)) as lines`)
    return row?.lines ?? []
  }
