import { contextOf, service } from '@plinth/kernel'
import { createJob, type Job, type Outbox } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

/**
 * Deletes what is long done: events sent a week ago, and inbox rows after thirty days. An inbox row must
 * outlive every delivery of its event, a replay by an operator included.
 */
export const pruneJobs = (outbox: Outbox): Job[] => [
  createJob({
    name: `prune the outbox of ${outbox.domain}`,
    everyMs: hourMs,
    run: async () => ((await outbox.prune({ olderThanMs: 7 * dayMs, limit })) === limit ? 'again' : 'done'),
  }),
  createJob({
    name: `prune the inbox of ${outbox.domain}`,
    everyMs: hourMs,
    run: async () => ((await pruneInbox(outbox)) === limit ? 'again' : 'done'),
  }),
]

const pruneInbox = async ({ domain, database }: Outbox): Promise<number> => {
  const inbox = sql`${sql.identifier(database.schema)}.inbox`
  const gone = await database.on(contextOf(service(domain))).execute(sql`
    delete from ${inbox} where (consumer, event_id) in (
      select consumer, event_id from ${inbox} where handled_at < now() - interval '30 days'
      limit ${limit} for update skip locked
    ) returning 1`)
  return gone.length
}

const limit = 1_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
