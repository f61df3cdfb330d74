import { type cartContract, maxLines, maxQuantity } from '@plinth/cart-contract'
import type { Id, InputOf, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { touchCart } from './stored-cart.ts'

/**
 * Puts back what an order took, once, added to what is in the cart by now. What would leave the limits of
 * a line or of the cart is cut off: somebody with a cart that full has other worries. An order that has not
 * taken anything yet never will.
 */
export const returnLines =
  ({ database }: CartDeps) =>
  (context: TxContext, { orderId }: InputOf<typeof cartContract, 'returnLines'>): Promise<undefined> =>
    database.transaction(context, async inTx => {
      const queries = database.on(inTx)
      const [returned] = await queries.execute<{ user_id: Id<'User'> | null }>(sql`
        insert into cart.checkout as present (order_id, lines, returned_at) values (${orderId}, '[]', now())
            on conflict (order_id) do update set returned_at = now() where present.returned_at is null
        returning user_id`)
      const owner = returned?.user_id ?? null
      if (owner === null) return undefined
      // One after the other, so that the second counts the lines with the cart already locked by the first.
      await touchCart(database, inTx, owner)
      await queries.execute(sql`
        with wanted as (
          select cart.id as cart_id, line.variant_id, line.quantity, line.place, present.cart_id is null as new,
                 row_number() over (partition by present.cart_id is null order by line.place) as nth,
                 (select count(*) from cart.cart_line each where each.cart_id = cart.id) as lines
            from cart.checkout
            join cart.cart on cart.user_id = checkout.user_id
           cross join rows from (jsonb_to_recordset(checkout.lines) as ("variantId" uuid, quantity int))
                      with ordinality as line (variant_id, quantity, place)
            left join cart.cart_line present on present.cart_id = cart.id and present.variant_id = line.variant_id
           where checkout.order_id = ${orderId}
        )
        insert into cart.cart_line as line (cart_id, variant_id, quantity)
        select cart_id, variant_id, quantity from wanted where not new or lines + nth <= ${maxLines} order by place
            on conflict (cart_id, variant_id)
            do update set quantity = least(${maxQuantity}, line.quantity + excluded.quantity)`)
      return undefined
    })
