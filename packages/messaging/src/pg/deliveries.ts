import { contextOf, service } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { Message, Outcome } from '../broker.ts'
import type { Progress } from '../retry.ts'

/** One claimed row of `messaging.delivery`. */
export interface ClaimedDelivery extends Progress {
  readonly id: number
  /** The envelope as it was published. */
  readonly message: unknown
  /** Grows with every claim: tells this one from later ones. */
  readonly handedOut: number
}

/** The statements of the PostgreSQL broker, one step each. */
export type Deliveries = ReturnType<typeof createDeliveries>

/** The statements over one namespace. */
export const createDeliveries = (database: Database, namespace: string) => {
  const context = contextOf(service('messaging'))
  const on = () => database.on(context)
  return {
    /** One row for each queue bound to each message; tells other processes once. */
    publish: async (messages: readonly Message[]): Promise<Outcome[]> => {
      const given = messages.map(({ event }, n) => ({ n, type: event.type, id: event.id, event }))
      const rows = await on().execute<{ n: number; queues: number }>(sql`
        with given as materialized (
          select * from jsonb_to_recordset(${JSON.stringify(given)}::jsonb)
            as message (n int, type text, id uuid, event jsonb)
        ), routed as materialized (
          select given.n, given.id, given.event, binding.queue
          from given
          join messaging.binding on binding.namespace = ${namespace} and binding.event_type = given.type
        ), handed_over as (
          insert into messaging.delivery (namespace, queue, event_id, message)
          select ${namespace}, queue, id, event from routed
          on conflict do nothing
        )
        select n, count(*)::int as queues, pg_notify(${wakeChannel}, ${namespace}) from routed group by n`)
      const taken = new Set(rows.map(({ n }) => n))
      return messages.map(({ mandatory }, n) => (taken.has(n) || !mandatory ? 'confirmed' : { missing: [] }))
    },

    /** Puts a message into one queue, as new. */
    put: async (queue: string, eventId: string, message: unknown): Promise<void> => {
      await on().execute(sql`
        insert into messaging.delivery (namespace, queue, event_id, message)
        values (${namespace}, ${queue}, ${eventId}, ${JSON.stringify(message)}::jsonb)
        on conflict do nothing`)
    },

    /** Leases up to `limit` messages that are due. */
    claim: (queue: string, limit: number, leaseMs: number): Promise<ClaimedDelivery[]> =>
      on().execute<ClaimedRow>(sql`
        update messaging.delivery
        set handed_out = handed_out + 1, leased_until = now() + ${leaseMs}::int * interval '1 ms'
        where id = any(array(
          select id from messaging.delivery
          where namespace = ${namespace} and queue = ${queue}
            and available_at <= now() and (leased_until is null or leased_until <= now())
          order by available_at
          limit ${limit}
          for update skip locked
        ))
        returning id, message, failures, postponements, handed_out as "handedOut"`),

    /** Keeps messages that are still in hand. */
    extend: async (ids: readonly number[], leaseMs: number): Promise<void> => {
      await on().execute(sql`
        update messaging.delivery set leased_until = now() + ${leaseMs}::int * interval '1 ms'
        where id = any(${sql.param(ids)}::bigint[])`)
    },

    /** Lets go of messages that are done. */
    forget: async (ids: readonly number[]): Promise<void> => {
      await on().execute(sql`delete from messaging.delivery where id = any(${sql.param(ids)}::bigint[])`)
    },

    /** Makes a message wait for its next attempt, unless somebody else has it by now. */
    delay: async (claimed: ClaimedDelivery, progress: Progress, delayMs: number): Promise<void> => {
      await on().execute(sql`
        update messaging.delivery
        set failures = ${progress.failures}, postponements = ${progress.postponements}, handed_out = 0,
            available_at = now() + ${delayMs}::int * interval '1 ms', leased_until = null
        where id = ${claimed.id} and handed_out = ${claimed.handedOut}`)
    },

    /** Moves a message to the dead letters, unless somebody else has it by now. */
    bury: async (claimed: ClaimedDelivery, { id, error, attempts }: Burial): Promise<void> => {
      await on().execute(sql`
        with gone as (
          delete from messaging.delivery where id = ${claimed.id} and handed_out = ${claimed.handedOut}
          returning *
        )
        insert into messaging.dead_letter (id, namespace, queue, event_id, event_type, event, error, attempts)
        select ${id}, namespace, queue, case when message ->> 'id' = event_id::text then event_id end,
               message ->> 'type', message, ${error}, ${attempts}
        from gone
        on conflict (namespace, queue, event_id) where replayed_at is null
        do update set error = excluded.error, attempts = excluded.attempts, dead_at = now()`)
    },
  }
}

/** Notified once for each published batch, with the namespace. */
export const wakeChannel = 'plinth_messaging'

type ClaimedRow = {
  id: number
  message: unknown
  failures: number
  postponements: number
  handedOut: number
}

interface Burial {
  readonly id: string
  readonly error: string
  readonly attempts: number
}
