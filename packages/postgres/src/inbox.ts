import type { InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import type { Database } from './database.ts'

/**
 * Claims events for a consumer, in the transaction in which they are handled: gives those that were not handled
 * before. While another transaction is handling one of them this waits for its end. Row and effect are committed
 * together, so each event has its effect once, however often it is delivered.
 */
export const claimInbox = async (
  context: InTx,
  database: Database,
  consumer: string,
  eventIds: readonly string[],
): Promise<Set<string>> => {
  // In one order, so that two who claim the same events wait for each other instead of for ever.
  const claimed = await database.on(context).execute<{ id: string }>(sql`
    insert into ${sql.identifier(database.schema)}.inbox (consumer, event_id)
    select ${consumer}, id from unnest(${sql.param(eventIds)}::uuid[]) as event (id) order by id
    on conflict do nothing returning event_id as id`)
  return new Set(claimed.map(({ id }) => id))
}
