import { contextOf, service } from '@plinth/kernel'
import { createJob, type Database, type Job, type Outbox } from '@plinth/postgres'
import { sql } from 'drizzle-orm'

/** Deletes events that were sent a week ago. */
export const pruneOutbox = (outbox: Outbox): Job =>
  createJob({
    name: `prune the outbox of ${outbox.domain}`,
    everyMs: hourMs,
    run: async () => ((await outbox.prune({ olderThanMs: 7 * dayMs, limit })) === limit ? 'again' : 'done'),
  })

/**
 * Deletes inbox rows after thirty days. An inbox row must outlive every delivery of its event, a replay by
 * an operator included.
 */
export const pruneInbox = (domain: string, database: Database): Job =>
  createJob({
    name: `prune the inbox of ${domain}`,
    everyMs: hourMs,
    run: async () => {
      const inbox = sql`${sql.identifier(database.schema)}.inbox`
      const gone = await database.on(contextOf(service(domain))).execute(sql`
        delete from ${inbox} where (consumer, event_id) in (
          select consumer, event_id from ${inbox} where handled_at < now() - interval '30 days'
          limit ${limit} for update skip locked
        ) returning 1`)
      return gone.length === limit ? 'again' : 'done'
    },
  })

const limit = 1_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
