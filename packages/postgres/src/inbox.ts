import type { InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/**
 * Claims an event for a consumer, in the transaction in which it is handled: false when it was handled before. While
 * another transaction is handling it this waits for its end. Row and effect are committed together, so each
 * event has its effect once, however often it is delivered.
 */
export const claimInbox = async (
  context: InTx,
  database: Database,
  consumer: string,
  eventId: string,
): Promise<boolean> => {
  const claimed = await database.on(context).execute(sql`
    insert into ${sql.identifier(database.schema)}.inbox (consumer, event_id) values (${consumer}, ${eventId})
    on conflict do nothing returning 1`)
  return claimed.length === 1
}
