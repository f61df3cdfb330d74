import type { Sql } from 'postgres'

/** Waits until what a load has left behind is worked off, so that nothing of it falls into the next measurement. */
export const settled = async (sql: Sql, withinMs = 120_000): Promise<void> => {
  const giveUp = performance.now() + withinMs
  for (;;) {
    const [left] = await sql<{ count: number }[]>`
      select ((select count(*) from orders.outbox where sent_at is null)
            + (select count(*) from payments.outbox where sent_at is null)
            + (select count(*) from catalog.outbox where sent_at is null)
            + (select count(*) from notifications.notification where status = 'pending'))::int as count`
    if (left?.count === 0) return
    if (performance.now() > giveUp) throw new Error(`${left?.count} events and mails are still on their way`)
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}
