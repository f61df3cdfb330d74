import type { JournalEntry } from '@plinth/payments-contract'
import { type SQL, sql } from 'drizzle-orm'
import type { Moment } from './invariant.ts'

/** See {@link momentOf}. */
export interface MomentOptions {
  readonly graceMs: number
  readonly atRest: boolean
  readonly journal: readonly JournalEntry[] | undefined
}

/** The relay deletes events a week after they were sent. A day less is certain, whosever clock is asked. */
const eventsOnRecordMs = 6 * 24 * 3_600_000

/** The conditions that tell what should be done by now, by the time at which the transaction began. */
export const momentOf = ({ graceMs, atRest, journal }: MomentOptions, now: Date): Moment => {
  const at = (msAgo: number) => sql`${new Date(now.getTime() - msAgo).toISOString()}::timestamptz`
  return {
    longAgo: time => (atRest ? sql`true` : sql`${time} <= ${at(graceMs)}`),
    leftUndone: dueAt => (atRest ? sql`true` : sql`${dueAt} <= ${at(graceMs)}`),
    onRecord: time => sql`${time} > ${at(eventsOnRecordMs)}`,
    eventOnRecord: id => sql`${id} > ${firstIdAt(now.getTime() - eventsOnRecordMs)}::uuid`,
    journal: journal === undefined ? sql`payments.sandbox_journal` : rowsOf(journal),
  }
}

/** No UUIDv7 of that millisecond or later is smaller (RFC 9562, section 5.7). */
const firstIdAt = (ms: number): string => {
  const time = ms.toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

/** A journal that is kept elsewhere, in the columns of the embedded one. */
const rowsOf = (journal: readonly JournalEntry[]): SQL => {
  const rows = journal.map(({ at, operation, orderId, paymentId, refundId, amount: money }) => ({
    ...{ at, operation, order_id: orderId, payment_id: paymentId, refund_id: refundId },
    ...money,
  }))
  return sql`(select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as _ (
    at timestamptz, operation text, order_id uuid, payment_id uuid, refund_id uuid, amount bigint, currency text))`
}
