import { type CallContext, contextOf, service } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/payments-contract'
import { connectPostgres, createDatabase, type Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import { deliveriesInvariants } from './deliveries.ts'
import { eventsInvariants } from './events.ts'
import type { Finding, Invariant } from './invariant.ts'
import { journalInvariants } from './journal.ts'
import { mailInvariants } from './mail.ts'
import { momentOf } from './moment.ts'
import { moneyInvariants } from './money.ts'
import { ordersInvariants } from './orders.ts'
import { stockInvariants } from './stock.ts'

/** How to look. */
export interface CheckOptions {
  /** Milliseconds that what settles by itself has for it; 60,000 unless given. */
  readonly graceMs?: number
  /** The shop has nothing to do any more: whatever still waits for something counts, however young. */
  readonly atRest?: boolean
  /** The sandbox's whole journal, where it keeps its books elsewhere; read just before. */
  readonly journal?: readonly JournalEntry[]
  /** How many violations of each to show; 5 unless given. */
  readonly samples?: number
}

const invariants: readonly Invariant[] = [
  ...stockInvariants,
  ...moneyInvariants,
  ...journalInvariants,
  ...ordersInvariants,
  ...eventsInvariants,
  ...deliveriesInvariants,
  ...mailInvariants,
]

/**
 * Checks every invariant over the one database that holds all schemas of a shop, while it runs: all of them see
 * it as of one moment, in one transaction that only reads. Rejects with `Unavailable` when the database does not
 * answer, with `StatementFailed` when it holds no shop (`42P01`, `3F000`).
 *
 * @param where a pool, with its time limit for statements, or a URL, with a limit of ten minutes
 */
export const checkInvariants = async (
  where: Pool | string,
  options: CheckOptions = {},
): Promise<Finding[]> => {
  if (typeof where !== 'string') return checkIn(where, options)
  await using pool = connectOnce(where)
  return await checkIn(pool, options)
}

const checkIn = async (
  pool: Pool,
  { graceMs = 60_000, atRest = false, journal, samples = 5 }: CheckOptions,
): Promise<Finding[]> => {
  const database = createDatabase({ pool, schema: 'plinth' })
  const context: CallContext = contextOf(service('invariants'))
  return await database.transaction(context, async inTx => {
    const queries = database.on(inTx)
    await queries.execute(sql`set transaction isolation level repeatable read, read only`)
    const [begun] = await queries.execute<{ now: Date }>(sql`select now() as now`)
    if (begun === undefined) throw new Error('a select returned no row')
    const moment = momentOf({ graceMs, atRest, journal }, begun.now)
    const findings: Finding[] = []
    for (const { theme, name, violations } of invariants) {
      const rows = await queries.execute<Found>(sql`
        select count(*) over () as violations, to_jsonb(found) as sample
          from (${violations(moment)}) found limit ${samples}`)
      findings.push({
        theme,
        name,
        violations: rows[0]?.violations ?? 0,
        samples: rows.map(({ sample }) => sample),
      })
    }
    return findings
  })
}

type Found = { readonly violations: number; readonly sample: Readonly<Record<string, unknown>> }

const connectOnce = (url: string): Pool =>
  connectPostgres({
    url,
    max: 1,
    applicationName: 'plinth invariants',
    statementTimeoutMs: 600_000,
    readsWholeTables: true,
    acquireTimeoutMs: 5_000,
    logger: silentLogger,
  })
