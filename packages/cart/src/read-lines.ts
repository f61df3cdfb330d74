import type { cartContract } from '@plinth/cart-contract'
import type { Id, InputOf, OutputOf, TxContext } from '@plinth/kernel'
import { inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { CartDeps } from './deps.ts'

type Lines = OutputOf<typeof cartContract, 'readLines'>

/** What is in a user's cart at this moment; nothing is locked. All who ask at once are answered by one statement. */
export const readLines = ({ database }: CartDeps) => {
  const lots = inLots({
    work: async (context, userIds: readonly Id<'User'>[]): Promise<Lines[]> => {
      const rows = await database.on(context).execute<{ lines: Lines }>(sql`
        select coalesce(
                 jsonb_agg(
                   jsonb_build_object('variantId', line.variant_id, 'quantity', line.quantity) order by line.position
                 ) filter (where line.cart_id is not null),
                 '[]'
               ) as lines
          from unnest(${sql.param(userIds)}::uuid[]) with ordinality as asked (user_id, position)
          left join cart.cart on cart.user_id = asked.user_id
          left join cart.cart_line line on line.cart_id = cart.id
         group by asked.position
         order by asked.position`)
      return rows.map(({ lines }) => lines)
    },
  })
  return (context: TxContext, { userId }: InputOf<typeof cartContract, 'readLines'>): Promise<Lines> =>
    lots(context, userId)
}
