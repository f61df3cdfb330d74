import { asId, cloudEvent, cursorsFor, newId, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { DeadMessage } from './broker.ts'
import type { DeadLetter } from './contract.ts'
import { storable, storableText } from './storable.ts'

/** The statements on `messaging.dead_letter` within one namespace. */
export const createDeadLetterRows = (database: Database, namespace: string) => ({
  /** A page, the latest first. */
  page: async (context: TxContext, { queue, limit, cursor }: Query): Promise<Page<DeadLetter>> => {
    const before = cursors.read(cursor, { queue })
    const found = await database.on(context).execute<Row>(sql`
      select ${columns} from messaging.dead_letter
      where namespace = ${namespace}
        ${queue === undefined ? sql`` : sql`and queue = ${queue}`}
        ${before === undefined ? sql`` : sql`and id < ${before}`}
      order by id desc
      limit ${limit + 1}`)
    return pageFrom(found, limit, letterOf, row => cursors.write(row.id, { queue }))
  },

  /** Keeps a dead message; the same death twice is one letter. */
  keep: async (context: TxContext, { queue, body, error, attempts }: DeadMessage): Promise<void> => {
    const event = storable(body)
    const { id, type } = cloudEvent.safeParse(event).data ?? { id: null, type: null }
    await database.on(context).execute(sql`
      insert into messaging.dead_letter (id, namespace, queue, event_id, event_type, event, error, attempts)
      values (${newId()}, ${namespace}, ${queue}, ${id}, ${type}, ${JSON.stringify(event)}::jsonb,
              ${storableText(error)}, ${Math.max(1, attempts)})
      on conflict (namespace, queue, event_id) where replayed_at is null
      do update set error = excluded.error, attempts = excluded.attempts, dead_at = now()`)
  },

  /** Marks a letter as replayed; undefined when it was already, or is not there. */
  markReplayed: async (context: TxContext, id: string): Promise<DeadLetter | undefined> => {
    const [row] = await database.on(context).execute<Row>(sql`
      update messaging.dead_letter set replayed_at = now()
      where namespace = ${namespace} and id = ${id} and replayed_at is null
      returning ${columns}`)
    return row && letterOf(row)
  },

  /** Marks a replayed letter as being with the broker. */
  markHandedOver: async (context: TxContext, id: string): Promise<void> => {
    await database.on(context).execute(sql`
      update messaging.dead_letter set handed_over_at = now() where namespace = ${namespace} and id = ${id}`)
  },

  /** Replayed letters that did not reach the broker in time. */
  waiting: async (context: TxContext): Promise<DeadLetter[]> => {
    const found = await database.on(context).execute<Row>(sql`
      select ${columns} from messaging.dead_letter
      where namespace = ${namespace} and handed_over_at is null and replayed_at < now() - interval '15 s'
      order by replayed_at limit 100`)
    return found.map(letterOf)
  },

  /** Whether there is such a letter. */
  exists: async (context: TxContext, id: string): Promise<boolean> => {
    const found = await database.on(context).execute(sql`
      select 1 as one from messaging.dead_letter where namespace = ${namespace} and id = ${id}`)
    return found.length > 0
  },
})

interface Query {
  readonly queue?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

type Row = {
  id: string
  queue: string
  eventId: string | null
  eventType: string | null
  event: unknown
  error: string
  attempts: number
  deadAt: Date
  replayedAt: Date | null
}

const columns = sql`id, queue, event_id as "eventId", event_type as "eventType", event, error, attempts,
  dead_at as "deadAt", replayed_at as "replayedAt"`

const cursors = cursorsFor('dead-letters', z.uuid())

const letterOf = (row: Row): DeadLetter => ({
  ...row,
  id: asId(row.id),
  deadAt: row.deadAt.toISOString(),
  replayedAt: row.replayedAt?.toISOString() ?? null,
})
