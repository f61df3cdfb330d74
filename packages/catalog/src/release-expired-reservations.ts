import { contextOf, type Id, service } from '@plinth/kernel'
import { createJob, type Job } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'

const batch = 100

/** Gives back what reservations hold that have run out, by the database's clock. Replicas share the work. */
export const releaseExpiredReservations = (parts: Parts): Job =>
  createJob({
    name: 'catalog.release-expired-reservations',
    everyMs: 5_000,
    run: async signal => {
      const context = { ...contextOf(service('catalog')), signal }
      return (await expire(parts, context)) === batch ? 'again' : 'done'
    },
  })

const expire = ({ database, shelf }: Parts, context: Parameters<typeof database.transaction>[0]) =>
  database.transaction(context, async inTx => {
    const rows = await database.on(inTx).execute<Row>(sql`
      with due as (
        select order_id from catalog.reservation
         where status = 'open' and expires_at <= statement_timestamp()
         order by expires_at limit ${batch}
           for no key update skip locked
      ), held as (
        select variant_id, sum(quantity)::int as quantity
          from catalog.reservation_line join due using (order_id)
         group by variant_id
      ), locked as (
        select v.id, v.on_hand, v.reserved, held.quantity from catalog.variant v join held on held.variant_id = v.id
         order by v.id
           for no key update of v
      ), freed as (
        update catalog.variant v set on_hand = locked.on_hand, reserved = locked.reserved - locked.quantity
          from locked where v.id = locked.id
        returning v.product_id, v.on_hand - v.reserved as available, locked.quantity
      ), settled as (
        update catalog.reservation r set status = 'expired', settled_at = clock_timestamp()
          from due where r.order_id = due.order_id
      )
      select (select count(*) from due) as expired, product_id as "productId", available, quantity as given from freed`)
    shelf.forget(
      inTx,
      rows.map(({ productId }) => productId),
      rows.some(({ available, given }) => available === given) ? 'lists too' : 'not the lists',
    )
    return rows[0]?.expired ?? 0
  })

type Row = {
  readonly expired: number
  readonly productId: Id<'Product'>
  readonly available: number
  readonly given: number
}
