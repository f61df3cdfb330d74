import { contextOf, service } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import type { Queue } from './broker.ts'
import { pause } from './within.ts'

/**
 * Which queues take which events: rows of `messaging.binding`, for every broker. They stand beside the outboxes, so
 * whoever publishes knows the consumers of all processes and releases, and not only those it was composed with.
 */
export interface Bindings {
  /** Writes down what queues take, from then on and for good. */
  add(queues: readonly Queue[]): Promise<void>
  /** The same, tried again until it succeeds or the signal fires. */
  ensure(queues: readonly Queue[], signal: AbortSignal): Promise<void>
  /** The queues that take events of these types. */
  of(types: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>
  /** Whether a queue takes anything. */
  has(queue: string): Promise<boolean>
}

/** The bindings of a namespace. */
export const createBindings = (database: Database, namespace: string, logger: Logger): Bindings => {
  const context = contextOf(service('messaging'))
  const on = () => database.on(context)

  const add = async (queues: readonly Queue[]) => {
    const bindings = queues.flatMap(({ queue, types }) => types.map(type => ({ queue, type })))
    await on().execute(sql`
      insert into messaging.binding (namespace, event_type, queue)
      select ${namespace}, given.type, given.queue
      from jsonb_to_recordset(${JSON.stringify(bindings)}::jsonb) as given (type text, queue text)
      on conflict do nothing`)
  }

  return {
    add,
    async ensure(queues, signal) {
      while (!signal.aborted) {
        try {
          return await add(queues)
        } catch (error) {
          logger.warn({ err: error }, 'what queues take could not be written down yet')
          await pause(againMs, signal)
        }
      }
    },
    async of(types) {
      const rows = await on().execute<{ type: string; queues: string[] }>(sql`
        select event_type as type, array_agg(queue order by queue) as queues from messaging.binding
        where namespace = ${namespace} and event_type = any(${sql.param([...new Set(types)])}::text[])
        group by event_type`)
      return new Map(rows.map(({ type, queues }) => [type, queues]))
    },
    async has(queue) {
      const rows = await on().execute(sql`
        select from messaging.binding where namespace = ${namespace} and queue = ${queue} limit 1`)
      return rows.length > 0
    },
  }
}

const againMs = 500
