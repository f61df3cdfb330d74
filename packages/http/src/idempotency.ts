import { createHash } from 'node:crypto'
import { contextOf, service, type TxContext } from '@plinth/kernel'
import { createDatabase, createJob, type Job, type Pool } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { GatewayError } from './problem.ts'

/** An answer before it is sent: kept as it is, so that its repeat is the same to the byte. */
export interface StoredAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** One request with an Idempotency-Key. */
export interface KeyedRequest {
  /** Who asks: keys of different people do not meet. */
  readonly scope: string
  /** What is asked for. */
  readonly operation: string
  readonly key: string
  /** All that makes it this request: the same key with another one is refused. */
  readonly content: string
}

/** Runs requests at most once a key. */
export interface Idempotency {
  /**
   * Runs the request, or gives the answer that its first run got. Kept are the answers of requests that had
   * an effect: 2xx and 402. A 202 is answered anew each time, by running a request that is idempotent itself.
   */
  readonly run: (
    request: KeyedRequest,
    context: TxContext,
    work: () => Promise<StoredAnswer>,
  ) => Promise<StoredAnswer>
  /** Forgets keys after a day. */
  readonly jobs: readonly Job[]
}

/** Seconds after which a key whose holder died can be taken again. */
const leaseSeconds = 8

/** Whether an answer says that something happened. */
const hadEffect = (status: number) => (status >= 200 && status < 300) || status === 402

/** Idempotency keys in PostgreSQL (draft-ietf-httpapi-idempotency-key-header). */
export const createIdempotency = (pool: Pool): Idempotency => {
  const database = createDatabase({ pool, schema: 'gateway' })
  const housekeeping = contextOf(service('gateway'))

  const claim = async (
    { scope, operation, key, content }: KeyedRequest,
    context: TxContext,
  ): Promise<KeyRow> => {
    const [row] = await database.on(context).execute<KeyRow>(sql`
      with claimed as (
        insert into gateway.idempotency_key as present (scope, operation, key, fingerprint, locked_until)
        values (${scope}, ${operation}, ${key}, ${fingerprintOf(content)}::bytea, now() + make_interval(secs => ${leaseSeconds}))
            on conflict (scope, operation, key) do update
               set locked_until = excluded.locked_until,
                   fingerprint = excluded.fingerprint,
                   status = case when present.created_at < now() - interval '24 hours' then null else present.status end,
                   created_at = case when present.created_at < now() - interval '24 hours' then now() else present.created_at end
             where (present.locked_until is null or present.locked_until <= now())
               and ((present.fingerprint = excluded.fingerprint and (present.status is null or present.status = 202))
                    or present.created_at < now() - interval '24 hours')
        returning true as mine, status, headers, body, fingerprint
      )
      select * from claimed
       union all
      select false, status, headers, body, fingerprint from gateway.idempotency_key
       where scope = ${scope} and operation = ${operation} and key = ${key} and not exists (select from claimed)`)
    return (
      row ?? { mine: false, status: null, headers: null, body: null, fingerprint: fingerprintOf(content) }
    )
  }

  const keep = async ({ scope, operation, key }: KeyedRequest, answer: StoredAnswer) => {
    const body = answer.status === 202 ? null : answer.body
    await database.on(housekeeping).execute(sql`
      update gateway.idempotency_key
         set status = ${answer.status}, headers = ${JSON.stringify(answer.headers)}::jsonb, body = ${body}, locked_until = null
       where scope = ${scope} and operation = ${operation} and key = ${key}`)
  }

  const free = async ({ scope, operation, key }: KeyedRequest, repeated: boolean) => {
    await database.on(housekeeping).execute(
      repeated
        ? sql`update gateway.idempotency_key set locked_until = null
               where scope = ${scope} and operation = ${operation} and key = ${key}`
        : sql`delete from gateway.idempotency_key
               where scope = ${scope} and operation = ${operation} and key = ${key}`,
    )
  }

  return {
    run: async (request, context, work) => {
      const row = await claim(request, context)
      if (!row.mine) return repeat(row, request)
      const repeated = row.status === 202
      const answer = await work()
      if (hadEffect(answer.status)) await keep(request, answer)
      else await free(request, repeated)
      return repeated ? { ...answer, headers: { ...answer.headers, ...replayed } } : answer
    },
    jobs: [
      createJob({
        name: 'gateway.forget-idempotency-keys',
        everyMs: 10 * 60_000,
        run: async () => {
          const gone = await database.on(housekeeping).execute(sql`
            delete from gateway.idempotency_key where ctid = any (array(
              select ctid from gateway.idempotency_key where created_at < now() - interval '24 hours'
               limit 1000 for update skip locked))
            returning 1`)
          return gone.length === 1000 ? 'again' : 'done'
        },
      }),
    ],
  }
}

type KeyRow = {
  readonly mine: boolean
  readonly status: number | null
  readonly headers: Record<string, string> | null
  readonly body: string | null
  readonly fingerprint: Buffer
}

const replayed = { 'idempotent-replayed': 'true' }

const repeat = ({ status, headers, body, fingerprint }: KeyRow, { content }: KeyedRequest): StoredAnswer => {
  if (!fingerprintOf(content).equals(fingerprint)) {
    throw new GatewayError(
      422,
      'idempotency_key_reused',
      'This Idempotency-Key was used with another request.',
    )
  }
  if (status === null || status === 202) {
    throw new GatewayError(
      409,
      'idempotency_in_progress',
      'A request with this Idempotency-Key is still running.',
      { 'retry-after': '1' },
    )
  }
  return { status, headers: { ...headers, ...replayed }, body: body ?? '' }
}

const fingerprintOf = (content: string): Buffer => createHash('sha256').update(content).digest()
