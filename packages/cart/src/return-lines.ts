import { type cartContract, maxLines, maxQuantity } from '@plinth/cart-contract'
import type { InputOf, TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'

/**
 * Puts back what an order took, once, added to what is in the cart by now. What would leave the limits of
 * a line or of the cart is cut off: somebody with a cart that full has other worries.
 */
export const returnLines =
  ({ database }: CartDeps) =>
  (context: TxContext, { orderId }: InputOf<typeof cartContract, 'returnLines'>): Promise<undefined> =>
    database
      .transaction(context, async inTx => {
        const queries = database.on(inTx)
        // The first statement locks the cart, so that the second counts its lines in peace.
        await Promise.all([
          queries.execute(sql`
          update cart.cart set updated_at = now()
            from cart.checkout
           where checkout.order_id = ${orderId} and checkout.returned_at is null and cart.user_id = checkout.user_id`),
          queries.execute(sql`
          with back as (
            update cart.checkout set returned_at = now()
             where order_id = ${orderId} and returned_at is null
            returning user_id, lines
          ), wanted as (
            select cart.id as cart_id, line."variantId" as variant_id, line.quantity, present.cart_id is null as new,
                   row_number() over (partition by present.cart_id is null) as place,
                   (select count(*) from cart.cart_line each where each.cart_id = cart.id) as lines
              from back
              join cart.cart on cart.user_id = back.user_id
             cross join jsonb_to_recordset(back.lines) as line("variantId" uuid, quantity int)
              left join cart.cart_line present on present.cart_id = cart.id and present.variant_id = line."variantId"
          )
          insert into cart.cart_line as line (cart_id, variant_id, quantity)
          select cart_id, variant_id, quantity from wanted where not new or lines + place <= ${maxLines}
              on conflict (cart_id, variant_id)
              do update set quantity = least(${maxQuantity}, line.quantity + excluded.quantity)`),
        ])
      })
      .then(() => undefined)
