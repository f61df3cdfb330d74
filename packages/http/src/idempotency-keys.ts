import { createHash } from 'node:crypto'
import { contextOf, service, type TxContext } from '@plinth/kernel'
import { createDatabase, type Pool } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { KeyedRequest, StoredAnswer } from './idempotency.ts'

/** What a claim finds: the key is ours for a while, or somebody's. */
export type Claim =
  | { readonly mine: true; readonly lease: string; readonly status: number | null }
  | { readonly mine: false; readonly sameRequest: boolean; readonly answer: StoredAnswer | undefined }

/** Seconds after which a key whose holder died can be taken again. */
const leaseSeconds = 8

/**
 * The commit of this statement does not wait for the disk (PostgreSQL manual, 30.4): should the server crash in the next
 * moments, it may be as if it had not been. A claim comes before what is done under it, whose own commit takes it along.
 */
const withoutDisk = sql`set_config('synchronous_commit', 'off', true) = 'off'`

/** The table of keys. Each step is one statement; a lease that was lost changes nothing any more. */
export const createIdempotencyKeys = (pool: Pool) => {
  const database = createDatabase({ pool, schema: 'gateway' })
  // An answer is kept even when whoever asked has stopped waiting.
  const housekeeping = contextOf(service('gateway'))

  const claim = async (request: KeyedRequest, context: TxContext): Promise<Claim> => {
    const { scope, operation, key } = request
    const fingerprint = fingerprintOf(request)
    const [row] = await database.on(context).execute<KeyRow>(sql`
      with claimed as (
        insert into gateway.idempotency_key as present (scope, operation, key, fingerprint, locked_until)
        select ${scope}, ${operation}, ${key}, ${fingerprint}::bytea, now() + make_interval(secs => ${leaseSeconds})
         where ${withoutDisk}
            on conflict (scope, operation, key) do update
               set locked_until = excluded.locked_until,
                   fingerprint = excluded.fingerprint,
                   status = case when present.created_at < now() - interval '24 hours' then null else present.status end,
                   created_at = case when present.created_at < now() - interval '24 hours' then now() else present.created_at end
             where (present.locked_until is null or present.locked_until <= now())
               and ((present.fingerprint = excluded.fingerprint and (present.status is null or (present.status = 202 and present.body is null)))
                    or present.created_at < now() - interval '24 hours')
        returning true as mine, locked_until::text as lease, status, headers, body, fingerprint
      )
      select * from claimed
       union all
      select false, null, status, headers, body, fingerprint from gateway.idempotency_key
       where scope = ${scope} and operation = ${operation} and key = ${key} and not exists (select from claimed)`)
    // No row at all: somebody claimed it while this statement ran.
    if (row === undefined) return { mine: false, sameRequest: true, answer: undefined }
    const { status, headers, body, lease } = row
    if (row.mine && lease !== null) return { mine: true, lease, status }
    const answered = status !== null && !(status === 202 && body === null)
    return {
      mine: false,
      sameRequest: fingerprint.equals(row.fingerprint),
      answer: answered ? { status, headers: headers ?? {}, body: body ?? '' } : undefined,
    }
  }

  return {
    claim,
    /**
     * Keeps the answer. The 202 of what settles is kept without its body: it is given anew each time. What settles
     * is idempotent itself, so its answer need not be on the disk before it is sent.
     */
    keep: async (request: KeyedRequest, lease: string, answer: StoredAnswer) => {
      const { scope, operation, key, settles } = request
      const body = settles && answer.status === 202 ? null : answer.body
      await database.on(housekeeping).execute(sql`
        update gateway.idempotency_key
           set status = ${answer.status}, headers = ${JSON.stringify(answer.headers)}::jsonb, body = ${body}, locked_until = null
         where scope = ${scope} and operation = ${operation} and key = ${key} and locked_until = ${lease}::timestamptz
           and ${settles ? withoutDisk : sql`true`}`)
    },
    /** Lets go of a key without an answer; one with a 202 that is given anew keeps it. */
    free: async ({ scope, operation, key }: KeyedRequest, lease: string) => {
      await database.on(housekeeping).execute(sql`
        with gone as (
          delete from gateway.idempotency_key
           where scope = ${scope} and operation = ${operation} and key = ${key} and locked_until = ${lease}::timestamptz
             and status is null
        )
        update gateway.idempotency_key set locked_until = null
         where scope = ${scope} and operation = ${operation} and key = ${key} and locked_until = ${lease}::timestamptz
           and status is not null`)
    },
    /** Forgets keys after a day, a thousand at a time; whether there were as many. */
    forget: async (): Promise<boolean> => {
      const gone = await database.on(housekeeping).execute(sql`
        delete from gateway.idempotency_key where ctid = any (array(
          select ctid from gateway.idempotency_key where created_at < now() - interval '24 hours'
           limit 1000 for update skip locked))
        returning 1`)
      return gone.length === 1000
    },
  }
}

type KeyRow = {
  readonly mine: boolean
  readonly lease: string | null
  readonly status: number | null
  readonly headers: Record<string, string> | null
  readonly body: string | null
  readonly fingerprint: Buffer
}

const fingerprintOf = ({ content }: KeyedRequest): Buffer =>
  createHash('sha256').update(inOneOrder(content)).digest()

/** JSON in which fields stand in the order of their names: two clients may write the same thing differently. */
const inOneOrder = (content: unknown): string =>
  JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  ) ?? ''
