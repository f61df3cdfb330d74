import type { cartContract } from '@plinth/cart-contract'
import type { InputOf, OutputOf, TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'
import { lockCarts } from './stored-cart.ts'

type Request = InputOf<typeof cartContract, 'takeLines'>
type Lines = OutputOf<typeof cartContract, 'takeLines'>

/**
 * Moves the lines of a cart into an order. The same order asking again gets the same lines; none once they
 * were returned, and none when the return came first. Of two orders at once, one gets all lines. Orders of different
 * users that ask at once are served together.
 */
export const takeLines = ({ database }: CartDeps) =>
  inLots({
    nameOf: ({ userId }: Request) => userId,
    work: (context: TxContext, requests: readonly Request[]): Promise<Lines[]> =>
      database.transaction(context, async inTx => {
        const take = async () =>
          database.on(inTx).execute<{ orderId: Request['orderId']; lines: Lines }>(sql`
          with asked as materialized (
            select * from jsonb_to_recordset(${JSON.stringify(requests)}::jsonb) as _ ("orderId" uuid, "userId" uuid)
          ), noted as (
            insert into cart.checkout (order_id, user_id, lines)
            select "orderId", "userId",
                   jsonb_agg(jsonb_build_object('variantId', variant_id, 'quantity', quantity) order by position)
              from asked join cart.cart on cart.user_id = "userId" join cart.cart_line on cart_id = cart.id
             group by "orderId", "userId"
                on conflict (order_id) do nothing
            returning order_id, user_id, lines
          ), emptied as (
            update cart.cart set updated_at = now() from noted where cart.user_id = noted.user_id
            returning id
          ), gone as (
            delete from cart.cart_line using emptied where cart_id = emptied.id
          )
          select order_id as "orderId", lines from noted
           union all
          select order_id, lines from cart.checkout join asked on "orderId" = order_id where returned_at is null`)
        // First the locks, in a statement of its own, so that the next one sees what whoever held a cart has done.
        const users = requests.map(({ userId }) => userId)
        const [, rows] = await Promise.all([lockCarts(database, inTx, users), take()])
        const taken = new Map(rows.map(({ orderId, lines }) => [orderId, lines]))
        return requests.map(({ orderId }) => taken.get(orderId) ?? [])
      }),
  })
