import {
  type CloudEvent,
  type Contract,
  contextOf,
  dataSchemaOf,
  type EventDeclaration,
  type Id,
  type InTx,
  newId,
  service,
} from '@plinth/kernel'
import { type SQL, sql } from 'drizzle-orm'
import type { Database } from './database.ts'
import { idsBefore } from './ids-before.ts'
import { afterCommit } from './transaction.ts'
import { unwrap } from './tx.ts'
import { withoutDisk } from './without-disk.ts'

/** One event to append: what happened, to which thing. */
export interface Appended<Event extends EventDeclaration = EventDeclaration> {
  readonly event: Event
  /** The id of the thing it is about. */
  readonly subject: string
  /** Checked against the event's schema. */
  readonly data: Event['example']
  /** Of the call that it comes of, where one transaction serves several; the context's unless given. */
  readonly traceparent?: string | undefined
}

/** An event on its way out: its envelope, and whether it must find a queue. */
export interface OutboxRow extends CloudEvent {
  readonly mandatory: boolean
  /** How often it was claimed, this time included. */
  readonly attempts: number
}

/** The events of one domain that are still to be published: rows of `<schema>.outbox`. */
export interface Outbox {
  /** The domain's name. */
  readonly domain: string
  readonly database: Database
  /** Writes down an event in the transaction that makes it true. Rejects when the data does not fit its schema. */
  append<Event extends EventDeclaration>(
    context: InTx,
    event: Event,
    about: { readonly subject: string; readonly data: Event['example'] },
  ): Promise<Id<'Event'>>
  /**
   * The same for events that one statement makes true: an `insert` for a `with` of that statement. It writes those
   * events whose subject is in a column of a part of it; so nothing is announced that did not happen, and it costs no
   * statement of its own.
   *
   * ```ts
   * sql`with paid as (update ... returning id), announced as (${outbox.appendWhen(inTx, { part: 'paid', subject: 'id' }, events)}) ...`
   * ```
   */
  appendWhen(
    context: InTx,
    when: { readonly part: string; readonly subject: string },
    events: readonly Appended[],
  ): SQL
  /** Several at once, in one statement; ids in the order given. */
  appendAll(context: InTx, events: readonly Appended[]): Promise<Id<'Event'>[]>
  /** Calls back after each commit that appended something, in this process. */
  onAppended(listener: () => void): Disposable
  /**
   * Takes up to `limit` unsent events that nobody has, oldest id first, for `leaseMs` by the database's clock. Whoever
   * does not mark them within that time has lost them to the next claim.
   */
  claim(options: { readonly limit: number; readonly leaseMs: number }): Promise<OutboxRow[]>
  /** The broker has confirmed them. */
  markSent(ids: readonly string[]): Promise<void>
  /** They could not be published: the reason, and in how many milliseconds they may be claimed again. */
  markFailed(ids: readonly string[], error: string, retryAfterMs: number): Promise<void>
  /** How many are unsent, and the age of the oldest in milliseconds; 0 where there is none. */
  pending(): Promise<{ count: number; oldestAgeMs: number }>
  /** Why unsent events were not published when that was tried last, by type and reason. */
  failures(): Promise<{ type: string; reason: string; count: number }[]>
  /** Deletes up to `limit` (1,000) of those sent more than that many milliseconds ago; says how many. */
  prune(options: { readonly olderThanMs: number; readonly limit?: number }): Promise<number>
}

/** The outbox of the contract's domain; its first migration creates the table. */
export const createOutbox = ({
  database,
  source,
}: {
  readonly database: Database
  readonly source: Contract
}): Outbox => {
  const domain = source.name
  const outbox = sql`${sql.identifier(database.schema)}.outbox`
  const context = contextOf(service(domain))
  const listeners = new Set<() => void>()
  const announced = new WeakSet<object>()

  const announceAfter = (inTx: InTx) => {
    const transaction = unwrap(inTx.tx)
    if (announced.has(transaction)) return
    announced.add(transaction)
    afterCommit(inTx, () => {
      for (const listener of listeners) listener()
    })
  }

  const appendAll = async (inTx: InTx, events: readonly Appended[]) => {
    if (events.length === 0) return []
    const rows = events.map(appended => rowOf(domain, inTx, appended))
    await database.on(inTx).execute(sql`
      insert into ${outbox} (id, type, version, subject, data, mandatory, traceparent)
      select id, type, version, subject, data, mandatory, traceparent from ${recordsOf(rows)}`)
    announceAfter(inTx)
    return rows.map(row => row.id)
  }

  return {
    domain,
    database,
    appendAll,
    async append(inTx, event, { subject, data }) {
      const row = rowOf(domain, inTx, { event, subject, data })
      await database.on(inTx).execute(sql`
        insert into ${outbox} (id, type, version, subject, data, mandatory, traceparent)
        values (${row.id}, ${row.type}, ${row.version}, ${row.subject}, ${JSON.stringify(row.data)},
                ${row.mandatory}, ${row.traceparent ?? null})`)
      announceAfter(inTx)
      return row.id
    },
    appendWhen(inTx, when, events) {
      const rows = events.map(appended => rowOf(domain, inTx, appended))
      if (rows.length > 0) announceAfter(inTx)
      const part = sql.identifier(when.part)
      return sql`
        insert into ${outbox} (id, type, version, subject, data, mandatory, traceparent)
        select t.id, t.type, t.version, t.subject, t.data, t.mandatory, t.traceparent
          from ${recordsOf(rows)} join ${part} on ${part}.${sql.identifier(when.subject)}::text = t.subject`
    },
    onAppended(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
    async claim({ limit, leaseMs }) {
      // A claim that is lost in a crash is made again, as is one whose events were sent: their consumers know them by then.
      // Never `id > last`: ids are minted before their transactions commit, and not in the order of the commits.
      const rows = await database.on(context).execute<ClaimedRow>(sql`
        with due as materialized (
          select id from ${outbox}
           where sent_at is null and (claimed_until is null or claimed_until <= clock_timestamp())
           order by id limit ${limit} for update skip locked
        ), claimed as (
          update ${outbox} o
             set attempts = attempts + 1, claimed_until = clock_timestamp() + ${leaseMs} * interval '1 ms'
            from due where o.id = due.id and ${withoutDisk}
          returning o.id, type, version, subject, data, mandatory, traceparent, occurred_at, attempts
        )
        select * from claimed order by id`)
      return rows.map(row => envelopeOf(domain, row))
    },
    async markSent(ids) {
      if (ids.length === 0) return
      await database.on(context).execute(sql`
        update ${outbox} set sent_at = clock_timestamp(), claimed_until = null, last_error = null
         where id = any(${sql.param(ids)}::uuid[]) and sent_at is null and ${withoutDisk}`)
    },
    async markFailed(ids, error, retryAfterMs) {
      if (ids.length === 0) return
      await database.on(context).execute(sql`
        update ${outbox}
           set last_error = ${error.slice(0, 1_000)},
               claimed_until = clock_timestamp() + ${retryAfterMs} * interval '1 ms'
         where id = any(${sql.param(ids)}::uuid[]) and sent_at is null`)
    },
    async pending() {
      const [row] = await database.on(context).execute<{ count: number; age: number }>(sql`
        select count(*) as count,
               coalesce(extract(epoch from clock_timestamp() - min(occurred_at)) * 1000, 0)::int8 as age
          from ${outbox} where sent_at is null`)
      return { count: row?.count ?? 0, oldestAgeMs: Math.max(0, row?.age ?? 0) }
    },
    async failures() {
      return database.on(context).execute<{ type: string; reason: string; count: number }>(sql`
        select type, last_error as reason, count(*) as count
          from ${outbox} where sent_at is null and last_error is not null
         group by type, last_error order by count(*) desc, type, last_error limit 20`)
    },
    async prune({ olderThanMs, limit = 1_000 }) {
      const before = sql`now() - ${olderThanMs}::float8 * interval '1 ms'`
      const gone = await database.on(context).execute(sql`
        delete from ${outbox} where id in (
          select id from ${outbox} where id < ${idsBefore(before)} and sent_at < ${before}
           order by id limit ${limit} for update skip locked
        ) returning 1`)
      return gone.length
    },
  }
}

interface ClaimedRow extends Record<string, unknown> {
  id: string
  type: string
  version: number
  subject: string
  data: unknown
  mandatory: boolean
  traceparent: string | null
  occurred_at: Date
  attempts: number
}

const recordsOf = (rows: readonly object[]) => sql`
  jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
    as t(id uuid, type text, version int, subject text, data jsonb, mandatory boolean, traceparent text)`

const rowOf = (domain: string, inTx: InTx, { event, subject, data, traceparent }: Appended) => {
  if (!event.type.startsWith(`${domain}.`)) throw new Error(`${event.type} is no event of ${domain}`)
  event.data.parse(data)
  const { type, version, mandatory } = event
  return {
    id: newId<'Event'>(),
    type,
    version,
    subject,
    data,
    mandatory,
    traceparent: traceparent ?? inTx.traceparent,
  }
}

const envelopeOf = (domain: string, row: ClaimedRow): OutboxRow => ({
  specversion: '1.0',
  id: row.id,
  source: `/plinth/${domain}`,
  type: row.type,
  subject: row.subject,
  time: row.occurred_at.toISOString(),
  datacontenttype: 'application/json',
  dataschema: dataSchemaOf(row),
  ...(row.traceparent !== null && { traceparent: row.traceparent }),
  data: row.data,
  mandatory: row.mandatory,
  attempts: row.attempts,
})
