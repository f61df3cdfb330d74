import { type CartContract, cartContract } from '@plinth/cart-contract'
import type { Colocated, Id } from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

type Line = { variantId: Id<'Variant'>; quantity: number }

/** A cart that keeps to its contract, and nothing more. */
export const fakeCart = (database: Database): Colocated<CartContract> =>
  fake(cartContract, {
    async readLines(context, { userId }) {
      const [cart] = await database
        .on(context)
        .execute<{ lines: Line[] }>(sql`select lines from neighbour.cart where user_id = ${userId}`)
      return cart?.lines ?? []
    },
    async takeLines(context, { userId, orderId }) {
      const queries = database.on(context)
      const [cart] = await queries.execute<{ lines: Line[] }>(
        sql`select lines from neighbour.cart where user_id = ${userId} for update`,
      )
      const [before] = await queries.execute<{ lines: Line[] }>(
        sql`select lines from neighbour.taken where order_id = ${orderId}`,
      )
      if (before !== undefined) return before.lines
      if (cart === undefined || cart.lines.length === 0) return []
      await queries.execute(sql`update neighbour.cart set lines = '[]' where user_id = ${userId}`)
      await queries.execute(
        sql`insert into neighbour.taken (order_id, user_id, lines) values (${orderId}, ${userId}, ${JSON.stringify(cart.lines)})`,
      )
      return cart.lines
    },
    async returnLines(context, { orderId }) {
      await database.on(context).execute(sql`
        with back as (
          update neighbour.taken set returned = true where order_id = ${orderId} and not returned
          returning user_id, lines
        )
        update neighbour.cart set lines = cart.lines || back.lines from back where cart.user_id = back.user_id`)
      return undefined
    },
  })
