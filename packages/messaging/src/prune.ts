import { contextOf, service } from '@plinth/kernel'
import { createJob, type Database, idsBefore, type Job, type Outbox } from '@plinth/postgres'
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
      const before = sql`now() - interval '30 days'`
      // Consumer by consumer, those that there are no more too: each is looked up at one place of the primary key.
      const gone = await database.on(contextOf(service(domain))).execute(sql`
        with recursive known as (
          (select consumer from ${inbox} order by consumer limit 1)
          union all
          select (select consumer from ${inbox} as next where next.consumer > known.consumer order by consumer limit 1)
            from known where known.consumer is not null
        )
        delete from ${inbox} where (consumer, event_id) in (
          select old.consumer, old.event_id
            from known, lateral (
              select consumer, event_id from ${inbox} as present
               where present.consumer = known.consumer and event_id < ${idsBefore(before)} and handled_at < ${before}
               order by event_id limit ${limit} for update skip locked
            ) as old
           limit ${limit}
        ) returning 1`)
      return gone.length === limit ? 'again' : 'done'
    },
  })

const limit = 1_000
const hourMs = 3_600_000
const dayMs = 24 * hourMs
