import { createHash } from 'node:crypto'
import { contextOf, service, type TxContext } from '@plinth/kernel'
import { createDatabase, inLots, type Pool, withoutDisk } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import type { KeyedRequest, StoredAnswer } from './idempotency.ts'

/** What a claim finds: the key is ours for a while, or somebody's. */
export type Claim =
  | { readonly mine: true; readonly lease: string; readonly status: number | null }
  | { readonly mine: false; readonly sameRequest: boolean; readonly answer: StoredAnswer | undefined }

/** Seconds after which a key whose holder died can be taken again. */
const leaseSeconds = 8

/**
 * The table of keys. Each step is one statement, shared by all requests that take it at the same moment; a lease that
 * was lost changes nothing any more. Rows are locked in the order of their keys, so that no two statements wait for
 * each other.
 */
export const createIdempotencyKeys = (pool: Pool) => {
  const database = createDatabase({ pool, schema: 'gateway' })
  // An answer is kept even when whoever asked has stopped waiting.
  const housekeeping = contextOf(service('gateway'))

  const claims = inLots({
    nameOf,
    work: async (context, requests: readonly Claimed[]): Promise<Claim[]> => {
      const rows = await database.on(context).execute<KeyRow>(sql`
        with asked as (
          select position, scope, operation, key, decode(fingerprint, 'hex') as fingerprint
            from rows from (jsonb_to_recordset(${JSON.stringify(requests)}::jsonb) as (
              scope text, operation text, key text, fingerprint text
            )) with ordinality as _ (scope, operation, key, fingerprint, position)
        ), claimed as (
          insert into gateway.idempotency_key as present (scope, operation, key, fingerprint, locked_until)
          select scope, operation, key, fingerprint, now() + make_interval(secs => ${leaseSeconds})
            from asked
           -- Whatever is done under it takes it along with its own commit.
           where ${withoutDisk}
           order by scope, operation, key
              on conflict (scope, operation, key) do update
                 set locked_until = excluded.locked_until,
                     fingerprint = excluded.fingerprint,
                     status = case when present.created_at < now() - interval '24 hours' then null else present.status end,
                     created_at = case when present.created_at < now() - interval '24 hours' then now() else present.created_at end
               where (present.locked_until is null or present.locked_until <= now())
                 and ((present.fingerprint = excluded.fingerprint and (present.status is null or (present.status = 202 and present.body is null)))
                      or present.created_at < now() - interval '24 hours')
          returning scope, operation, key, locked_until::text as lease, status
        )
        select claimed.lease, coalesce(claimed.status, present.status) as status, present.headers, present.body,
               present.fingerprint = asked.fingerprint as same
          from asked
          left join claimed using (scope, operation, key)
          left join gateway.idempotency_key present
            on claimed.key is null
           and (present.scope, present.operation, present.key) = (asked.scope, asked.operation, asked.key)
         order by asked.position`)
      return rows.map(claimOf)
    },
  })

  const keeping = (withDisk: boolean) =>
    inLots({
      work: async (context, kept: readonly Kept[]): Promise<undefined[]> => {
        await database.on(context).execute(sql`
          with ours as (${held(kept)})
          update gateway.idempotency_key as present
             set status = ours.status, headers = ours.headers, body = ours.body, locked_until = null
            from ours
           where (present.scope, present.operation, present.key) = (ours.scope, ours.operation, ours.key)
             and ${withDisk ? sql`true` : withoutDisk}`)
        return kept.map(() => undefined)
      },
    })
  const keptAtOnce = keeping(false)
  const keptForSure = keeping(true)

  const frees = inLots({
    work: async (context, freed: readonly Held[]): Promise<undefined[]> => {
      await database.on(context).execute(sql`
        with ours as (${held(freed)}), gone as (
          delete from gateway.idempotency_key as present using ours
           where (present.scope, present.operation, present.key) = (ours.scope, ours.operation, ours.key)
             and present.status is null
        )
        update gateway.idempotency_key as present set locked_until = null from ours
         where (present.scope, present.operation, present.key) = (ours.scope, ours.operation, ours.key)
           and present.status is not null`)
      return freed.map(() => undefined)
    },
  })

  return {
    claim: (request: KeyedRequest, context: TxContext): Promise<Claim> => {
      const { scope, operation, key } = request
      return claims(context, { scope, operation, key, fingerprint: fingerprintOf(request) })
    },
    /**
     * Keeps the answer. The 202 of what settles is kept without its body: it is given anew each time. What settles
     * is idempotent itself, so its answer need not be on the disk before it is sent.
     */
    keep: async (request: KeyedRequest, lease: string, { status, headers, body }: StoredAnswer) => {
      const { scope, operation, key, settles } = request
      const kept = settles && status === 202 ? null : body
      const keep = settles ? keptAtOnce : keptForSure
      await keep(housekeeping, { scope, operation, key, lease, status, headers, body: kept })
    },
    /** Lets go of a key without an answer; one with a 202 that is given anew keeps it. */
    free: async ({ scope, operation, key }: KeyedRequest, lease: string) => {
      await frees(housekeeping, { scope, operation, key, lease })
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

/** A key, and what it is claimed for: its fingerprint, in hexadecimal. */
type Claimed = Named & { readonly fingerprint: string }
type Named = Pick<KeyedRequest, 'scope' | 'operation' | 'key'>
/** A key that was claimed, as long as the lease is still ours. */
type Held = Named & { readonly lease: string }
type Kept = Held & Pick<StoredAnswer, 'status' | 'headers'> & { readonly body: string | null }

const nameOf = ({ scope, operation, key }: Named): string => `${scope} ${operation} ${key}`

/** Those of the keys whose lease is still ours, locked, with what is to be kept for them. */
const held = (keys: readonly Held[]): SQL => sql`
  select asked.* from gateway.idempotency_key as present
    join jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as asked (
      scope text, operation text, key text, lease timestamptz, status int, headers jsonb, body text
    ) on (present.scope, present.operation, present.key, present.locked_until)
       = (asked.scope, asked.operation, asked.key, asked.lease)
   order by asked.scope, asked.operation, asked.key
     for update of present`

type KeyRow = {
  /** Null where the key is not ours. */
  readonly lease: string | null
  readonly status: number | null
  readonly headers: Record<string, string> | null
  readonly body: string | null
  /** Null where it is ours, and where somebody claimed it while the statement ran. */
  readonly same: boolean | null
}

const claimOf = ({ lease, status, headers, body, same }: KeyRow): Claim => {
  if (lease !== null) return { mine: true, lease, status }
  const answered = status !== null && !(status === 202 && body === null)
  return {
    mine: false,
    sameRequest: same !== false,
    answer: answered ? { status, headers: headers ?? {}, body: body ?? '' } : undefined,
  }
}

const fingerprintOf = ({ content }: KeyedRequest): string =>
  createHash('sha256').update(inOneOrder(content)).digest('hex')

/** JSON in which fields stand in the order of their names: two clients may write the same thing differently. */
const inOneOrder = (content: unknown): string =>
  JSON.stringify(content, (_name, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  ) ?? ''
