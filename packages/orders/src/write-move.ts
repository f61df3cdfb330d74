import type { Id, InTx } from '@plinth/kernel'
import type { OrderStatus } from '@plinth/orders-contract'
import { type Appended, type Database, inLots, type Outbox } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentOutcome } from './stored-order.ts'

/** A move of an order from one status to the next. */
export interface Move {
  readonly orderId: Id<'Order'>
  readonly from: OrderStatus
  readonly to: OrderStatus
  /** The user, or the part of the shop. */
  readonly by: string
  readonly reason: string | null
  /** What became of the payment, where that is the occasion. */
  readonly paymentOutcome: PaymentOutcome | null
  readonly event: Appended | undefined
}

/**
 * Writes down a move: the order, its lines, one row of history, and the event about it. Says when it was, by the
 * database's clock, which is the time of the transaction; undefined, and nothing is done, where the order was not `from`.
 */
export type WriteMove = (context: InTx, move: Move) => Promise<Date | undefined>

/** See {@link WriteMove}. Moves that are written down at once in one transaction are so in one statement. */
export const writeMove = (parts: { readonly database: Database; readonly outbox: Outbox }): WriteMove => {
  const lots = inLots({
    nameOf: ({ orderId }: Move) => orderId,
    work: (context, moves) => parts.database.transaction(context, inTx => writeAll(parts, inTx, moves)),
  })
  return (context, move) => lots(context, move)
}

/** Orders are locked in the order of their ids, so that two who move the same ones wait for each other, not for ever. */
const writeAll = async (
  { database, outbox }: Parameters<typeof writeMove>[0],
  context: InTx,
  moves: readonly Move[],
): Promise<(Date | undefined)[]> => {
  const rows = moves.map(({ event: _, ...move }) => move)
  const events = moves.flatMap(({ event }) => event ?? [])
  const noted = await database.on(context).execute<{ orderId: Id<'Order'>; at: Date }>(sql`
    with move as materialized (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as _ (
        "orderId" uuid, "from" text, "to" text, by text, reason text, "paymentOutcome" text
      )
    ), due as materialized (
      select o.id, move.* from orders.order o join move on move."orderId" = o.id
       where o.status = move."from"
       order by o.id
         for no key update of o
    ), moved as (
      update orders.order o
         set status = due."to",
             payment_outcome = coalesce(due."paymentOutcome", payment_outcome),
             next_check_at = case
               when due."paymentOutcome" is not null or next_check_at is null then null
               when due."to" = 'cancelled' then now()
               else next_check_at
             end,
             paid_at = case when due."to" = 'paid' then now() else paid_at end,
             cancelled_at = case when due."to" = 'cancelled' then now() end
        from due
       where o.id = due.id
      returning o.id, o.status, due.by, due.reason
    ), line as (
      update orders.order_line line set status = moved.status
        from moved
       where line.order_id = moved.id and line.status = 'open' and moved.status in ('fulfilled', 'cancelled')
    ), sale as (
      insert into orders.sale (seller_id, order_id)
      select distinct line.seller_id, moved.id
        from moved join orders.order_line line on line.order_id = moved.id
       where moved.status = 'paid'
    ), announced as (${outbox.appendWhen(context, { part: 'moved', subject: 'id' }, events)})
    insert into orders.order_history (order_id, status, made_by, reason)
    select id, status, by, reason from moved
    returning order_id as "orderId", at`)
  const times = new Map(noted.map(({ orderId, at }) => [orderId, at]))
  return moves.map(({ orderId }) => times.get(orderId))
}
