import { createHash } from 'node:crypto'
import { type Id, type InTx, type TxContext, ValidationFailed } from '@plinth/kernel'
import { TooManyOpenOrders } from '@plinth/orders-contract'
import { type Database, inLots } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'

/** A user's own name for one attempt to check out. */
export interface CheckoutKey {
  readonly userId: Id<'User'>
  readonly key: string
  /** A hash of what is asked for: the same key with another is a mistake. */
  readonly fingerprint: string
}

/** The key of a call; `validation_failed` where there is none. */
export const keyOf = ({ idempotencyKey }: TxContext, userId: Id<'User'>, request: object): CheckoutKey => {
  if (idempotencyKey === undefined || !/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
    throw ValidationFailed({
      errors: [{ parameter: 'Idempotency-Key', detail: 'This must be 1 to 255 visible characters.' }],
    })
  }
  return { userId, key: idempotencyKey, fingerprint: fingerprintOf(request) }
}

/** A key, and the order that it is to have. */
export interface KeyClaim {
  readonly key: CheckoutKey
  readonly orderId: Id<'Order'>
}

/** Claims a key for a new order and draws its number; undefined, and nothing is done, where the key has an order. */
export type ClaimKey = (context: InTx, claim: KeyClaim) => Promise<number | undefined>

/**
 * See {@link ClaimKey}. A user's checkouts come through here one at a time: whoever comes second waits until the first is
 * committed or rolled back. So the user's open orders are counted exactly, and before anything is taken for one too many.
 */
export const claimKey = ({ database, settings }: Pick<OrdersDeps, 'database' | 'settings'>): ClaimKey => {
  const limit = settings.maxOpenOrders
  const claims = inLots({
    nameOf: ({ key }: KeyClaim) => key.userId,
    work: (context, wanted) => claimAll(database, context, wanted),
  })
  return async (context, claim) => {
    const claimed = await claims(context, claim)
    if (claimed !== undefined && claimed.open >= limit) throw TooManyOpenOrders({ limit })
    return claimed?.number
  }
}

type Claimed = { readonly orderId: Id<'Order'>; readonly number: number; readonly open: number }

const claimAll = async (
  database: Database,
  context: TxContext,
  claims: readonly KeyClaim[],
): Promise<(Claimed | undefined)[]> => {
  // A statement of its own, sent ahead: only the next one is sure to see what whoever held a lock has done. Always in
  // the same order, so that nobody waits for ever.
  const takeTurns = async () =>
    database.on(context).execute(sql`
      select pg_advisory_xact_lock(turn)
        from (
          select hashtextextended(user_id, ${checkoutsOfUser}) as turn
            from unnest(${sql.param(claims.map(({ key }) => key.userId))}::text[]) as _ (user_id)
           order by turn
        ) _`)
  const rows = claims.map(({ key, orderId }) => ({ ...key, orderId }))
  const claim = async () =>
    database.on(context).execute<Claimed>(sql`
      with claimed as (
        insert into orders.checkout_key as k (user_id, key, order_id, fingerprint)
        select "userId", key, "orderId", fingerprint
          from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
            as _ ("userId" uuid, key text, "orderId" uuid, fingerprint text)
            on conflict (user_id, key)
            do update set order_id = excluded.order_id, fingerprint = excluded.fingerprint, created_at = now()
               where k.created_at < now() - interval '24 hours'
        returning user_id, order_id
      )
      select order_id as "orderId", nextval('orders.order_number') as number,
             (select count(*) from orders.order o
               where o.user_id = claimed.user_id and o.status = 'pending_payment') as open
        from claimed`)
  const [, claimed] = await Promise.all([takeTurns(), claim()])
  const found = new Map(claimed.map(row => [row.orderId, row]))
  return claims.map(({ orderId }) => found.get(orderId))
}

/** Tells this kind of advisory lock from others: with a user's id, that user's turn to check out. */
export const checkoutsOfUser = 7_301_002

/** What a key stands for. */
export type ClaimedKey = {
  readonly orderId: Id<'Order'>
  readonly fingerprint: string
  /** The order is older than its stock was held. */
  readonly overdue: boolean
}

/** What a key stands for; undefined where it is free. */
export type FindKey = (context: TxContext, key: CheckoutKey) => Promise<ClaimedKey | undefined>

/** See {@link FindKey}. Those that are looked up at once are so in one statement. */
export const findKey = ({ database, settings }: Pick<OrdersDeps, 'database' | 'settings'>): FindKey =>
  inLots({
    work: async (context, keys: readonly CheckoutKey[]) => {
      const found = await database.on(context).execute<ClaimedKey & { readonly place: number }>(sql`
        select place, o.id as "orderId", k.fingerprint,
               o.placed_at < now() - make_interval(secs => ${settings.reservationTtlSeconds}) as overdue
          from rows from (
                 jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as ("userId" uuid, key text)
               ) with ordinality as asked (user_id, key, place)
          join orders.checkout_key k on k.user_id = asked.user_id and k.key = asked.key
          join orders.order o on o.id = k.order_id`)
      const places = new Map(found.map(({ place, ...claimed }) => [place, claimed]))
      return keys.map((_, at) => places.get(at + 1))
    },
  })

/** Lets a key go: whoever uses it again starts anew. */
export const freeKey = async (
  { database }: Pick<OrdersDeps, 'database'>,
  context: TxContext,
  { userId, key }: CheckoutKey,
  orderId: Id<'Order'>,
): Promise<void> => {
  await database.on(context).execute(sql`
    delete from orders.checkout_key where user_id = ${userId} and key = ${key} and order_id = ${orderId}`)
}

const fingerprintOf = (request: object) =>
  createHash('sha256').update(JSON.stringify(request, sorted)).digest('base64url')

/** A replacer that writes the keys of every object in one order. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value
