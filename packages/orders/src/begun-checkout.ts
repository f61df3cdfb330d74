import {
  actingAs,
  type CallContext,
  contextOf,
  type Id,
  type InTx,
  NotFound,
  remaining,
  service,
  type TxContext,
  Unavailable,
} from '@plinth/kernel'
import { createJob, type Database, inLots, type Job } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import { checkoutsOfUser } from './claim-key.ts'
import type { OrdersDeps } from './deps.ts'
import { returnLines } from './neighbours/cart.ts'
import { releaseStock } from './neighbours/catalog.ts'
import { abandon, refundPayment, settlePayment } from './neighbours/payments.ts'

/** A checkout that asks neighbours who do not roll back with it. */
export interface BegunCheckout {
  readonly orderId: Id<'Order'>
  readonly paymentId: Id<'Payment'>
  readonly userId: Id<'User'>
}

/** The notes of begun checkouts: written and taken away for many at once, since there may be hundreds at a time. */
export interface BegunCheckouts {
  /** Writes down, for good, that a checkout begins: before anybody is asked who would not roll back with it. */
  readonly begin: (context: TxContext, begun: BegunCheckout) => Promise<unknown>
  /** Forgets a checkout that has asked nobody for anything. */
  readonly forget: (context: TxContext, begun: BegunCheckout) => Promise<unknown>
  /** Whether a user has checkouts that are under way or not undone yet. */
  readonly isAnyLeft: (context: TxContext, userId: Id<'User'>) => Promise<boolean>
}

/** See {@link BegunCheckouts}. */
export const createBegunCheckouts = (database: Database): BegunCheckouts => ({
  begin: inLots({
    work: async (context, begun: readonly BegunCheckout[]) => {
      await database.on(context).execute(sql`
        insert into orders.begun_checkout (order_id, user_id, payment_id)
        select "orderId", "userId", "paymentId"
          from jsonb_to_recordset(${JSON.stringify(begun)}::jsonb) as _ ("orderId" uuid, "userId" uuid, "paymentId" uuid)`)
      return begun
    },
  }),
  forget: inLots({
    work: async (context, begun: readonly BegunCheckout[]) => {
      const ids = begun.map(({ orderId }) => orderId)
      await database.on(context).execute(sql`
        delete from orders.begun_checkout where order_id = any(${sql.param(ids)}::uuid[])`)
      return begun
    },
  }),
  isAnyLeft: inLots({
    work: async (context, userIds: readonly Id<'User'>[]) => {
      const left = await database.on(context).execute<{ userId: Id<'User'> }>(sql`
        select distinct user_id as "userId" from orders.begun_checkout
         where user_id = any(${sql.param([...userIds])}::uuid[])`)
      const found = new Set(left.map(({ userId }) => userId))
      return userIds.map(userId => found.has(userId))
    },
  }),
})

/**
 * Goes on with a checkout, in the transaction that opens its order and when it is its user's turn: with that, what was
 * begun is done. Throws `unavailable` where it was given up meanwhile.
 *
 * @returns whether the user has other checkouts that are not undone yet, and so a cart that may not be whole
 */
export const goOn = async (
  { database }: Pick<OrdersDeps, 'database'>,
  context: InTx,
  { orderId, userId }: BegunCheckout,
): Promise<boolean> => {
  const [found] = await database.on(context).execute<{ mine: boolean; others: boolean }>(sql`
    with mine as (
      delete from orders.begun_checkout where order_id = ${orderId} and given_up_at is null returning 1
    )
    select exists (select from mine) as mine,
           exists (select from orders.begun_checkout where user_id = ${userId} and order_id <> ${orderId}) as others`)
  if (found?.mine !== true) throw Unavailable()
  return found.others
}

/** Gives up a checkout that came to nothing. What cannot be undone now is undone by {@link giveUpCheckouts}. */
export const giveUp = async (
  deps: OrdersDeps,
  context: CallContext,
  { orderId }: BegunCheckout,
): Promise<void> => {
  // Nobody waits any more.
  if ((remaining(context) ?? leastMs) < leastMs) return
  try {
    const own = actingAs(context, service('orders'))
    for (const left of await takeUp(deps, own, sql`order_id = ${orderId}`)) await undo(deps, own, left)
  } catch (error) {
    deps.logger.warn({ err: error, orderId }, 'a checkout could not be undone yet; it will be tried again')
  }
}

/** Milliseconds that it takes to undo something, as a rule. */
const leastMs = 300

const batch = 25

/** Gives up checkouts that nobody goes on with: of processes that died, and of neighbours that were away. */
export const giveUpCheckouts = (deps: OrdersDeps): Job =>
  createJob({
    name: 'orders.give-up-checkouts',
    everyMs: 2_000,
    run: async () => {
      const due = await takeUp(deps, contextOf(service('orders')), sql`next_try_at <= now()`)
      await Promise.all(
        due.map(left =>
          undo(deps, { ...contextOf(service('orders')), deadline: Date.now() + 3_500 }, left).catch(
            (err: unknown) =>
              deps.logger.warn({ err, orderId: left.orderId }, 'a checkout could not be undone yet'),
          ),
        ),
      )
      return due.length === batch ? 'again' : 'done'
    },
  })

type Left = Pick<BegunCheckout, 'orderId' | 'paymentId'>

/**
 * Takes up checkouts to undo them: from then on they cannot go on. One that is under way is left alone: it has its
 * user's turn, which ends with its transaction, and so at the latest with its process.
 */
const takeUp = ({ database }: OrdersDeps, context: TxContext, which: SQL): Promise<readonly Left[]> =>
  database.on(context).execute<{ orderId: Id<'Order'>; paymentId: Id<'Payment'> }>(sql`
    with due as materialized (
      select order_id, user_id, given_up_at from orders.begun_checkout
       where ${which} order by next_try_at limit ${batch} for update skip locked
    ), dead as materialized (
      select order_id from due
       where given_up_at is not null
          or pg_try_advisory_xact_lock(hashtextextended(user_id::text, ${checkoutsOfUser}))
    )
    update orders.begun_checkout
       set given_up_at = coalesce(given_up_at, now()), next_try_at = now() + interval '5 seconds'
     where order_id in (select order_id from dead)
    returning order_id as "orderId", payment_id as "paymentId"`)

/** All of it holds for what was never done, too: whatever is still on its way there finds nothing to do. */
const undo = async (deps: OrdersDeps, context: CallContext, { orderId, paymentId }: Left): Promise<void> => {
  await Promise.all([
    returnLines(deps, context, orderId),
    releaseStock(deps, context, orderId),
    callOff(deps, context, paymentId),
  ])
  deps.soldOut.forgetAll()
  await deps.database
    .on(context)
    .execute(sql`delete from orders.begun_checkout where order_id = ${orderId} and given_up_at is not null`)
}

/** Nobody has charged it, since its order was never there; but whoever could is told not to. */
const callOff = async (deps: OrdersDeps, context: CallContext, paymentId: Id<'Payment'>): Promise<void> => {
  const result = await abandon(deps, context, paymentId).catch((error: unknown) => {
    if (NotFound.is(error)) return undefined
    throw error
  })
  if (result === undefined) return
  if (result.outcome === 'pending') throw new Error(`payment ${paymentId} is not called off yet`)
  const { status } = await settlePayment(deps, context, paymentId, result)
  if (status === 'captured')
    await refundPayment(deps, context, paymentId, 'There is no order that it was for.')
}
