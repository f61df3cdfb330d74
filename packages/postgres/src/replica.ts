import { contextOf, service } from '@plinth/kernel'
import type { Logger } from '@plinth/telemetry'
import { type SQL, sql } from 'drizzle-orm'
import { createDatabase } from './database.ts'
import { parseLsn } from './lsn.ts'
import type { Pool } from './pool.ts'

/** A read replica: a copy of the database that follows it, some moments behind. */
export interface Replica extends AsyncDisposable {
  readonly pool: Pool
  /** Whether it was seen lately, and no further behind than it may be. What is not known yet is not so. */
  readonly isUsable: () => boolean
  /** It did not answer: nobody is sent there before it has been seen again. */
  readonly doubt: () => void
}

/** What {@link followReplica} needs. */
export interface ReplicaOptions {
  /** What it is a copy of. */
  readonly primary: Pool
  /** The copy's own; closed with the replica. */
  readonly pool: Pool
  readonly logger: Logger
  /** Milliseconds that it may be behind; 5,000. */
  readonly mostBehindMs?: number
  /** Milliseconds between two looks; 500. */
  readonly everyMs?: number
}

/**
 * Follows how far behind a replica is, as long as somebody asks. Its own word is not enough: one that is cut off from the
 * primary believes that it has all there is. So the primary is asked where its log ends, and the replica whether it
 * has come as far: then it knows all that was true when the primary answered (PostgreSQL manual, sections 9.28.3 and 26.2.5).
 * One that is no copy at all, such as the primary itself by another name, knows everything.
 */
export const followReplica = ({
  primary,
  pool,
  logger,
  mostBehindMs = 5_000,
  everyMs = 500,
}: ReplicaOptions): Replica => {
  /** Where the primary's log ended, and when; oldest first. */
  let marks: { readonly lsn: bigint; readonly at: number }[] = []
  let knowsAllUntil = Number.NEGATIVE_INFINITY
  let askedAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let usable: boolean | undefined
  let looked = false
  let closed = false

  const placeOf = (asked: Pool, place: SQL) =>
    createDatabase({ pool: asked, schema: 'plinth' })
      .on({ ...context, deadline: Date.now() + answerMs })
      .execute<{ lsn: string | null }>(sql`select ${place}::text as lsn`)

  const look = async (): Promise<void> => {
    const at = performance.now()
    const [end] = await placeOf(primary, sql`pg_current_wal_lsn()`)
    const [state] = await placeOf(pool, sql`pg_last_wal_replay_lsn()`)
    if (end?.lsn == null || state === undefined)
      throw new Error('the primary does not say where its log ends')
    if (state.lsn === null) {
      knowsAllUntil = at
      return
    }
    const reached = parseLsn(state.lsn)
    marks.push({ lsn: parseLsn(end.lsn), at })
    const passed = marks.findLast(({ lsn }) => lsn <= reached)
    if (passed !== undefined) knowsAllUntil = passed.at
    marks = marks.filter(mark => mark.at > knowsAllUntil && mark.at > at - 2 * mostBehindMs)
  }

  const isUsable = () => performance.now() - knowsAllUntil < mostBehindMs

  const tell = (error?: unknown) => {
    if (isUsable() === usable) return
    usable = isUsable()
    if (usable) logger.info('the read replica is up to date')
    else logger.warn({ err: error }, 'the read replica is away or too far behind: the primary is read')
  }

  const watch = () => {
    if (timer !== undefined || closed) return
    const next = async () => {
      looked = true
      await look().then(() => tell(), tell)
      timer = undefined
      if (performance.now() - askedAt < restMs) watch()
    }
    timer = setTimeout(() => void next(), looked ? everyMs : 0).unref()
  }

  return {
    pool,
    isUsable() {
      askedAt = performance.now()
      watch()
      return isUsable()
    },
    doubt() {
      knowsAllUntil = Number.NEGATIVE_INFINITY
      marks = []
    },
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(timer)
      await pool[Symbol.asyncDispose]()
    },
  }
}

const context = contextOf(service('postgres'))
/** Milliseconds that either of them may take for an answer. */
const answerMs = 2_000
/** After this long without a question the looks end. */
const restMs = 30_000
