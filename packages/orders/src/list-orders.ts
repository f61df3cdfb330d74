import type { CallContext, InputOf, Page } from '@plinth/kernel'
import type { Order, OrdersContract } from '@plinth/orders-contract'
import { type SQL, sql } from 'drizzle-orm'
import type { OrdersDeps } from './deps.ts'
import { pageOfOrders } from './page-of-orders.ts'
import { userOf } from './who.ts'

/** The orders of the actor, newest first. */
export const listOrders =
  (deps: OrdersDeps) =>
  (
    context: CallContext,
    { limit, cursor, status }: InputOf<OrdersContract, 'listOrders'>,
  ): Promise<Page<Order>> => {
    const userId = userOf(context)
    const conditions = [sql`o.user_id = ${userId}`, ...withStatus(status)]
    return pageOfOrders(deps, context, { limit, cursor, query: { of: 'buyer', userId, status }, conditions })
  }

/** Everybody's orders, newest first, placed from a moment on (that moment too) and before another. */
export const listAllOrders =
  (deps: OrdersDeps) =>
  (context: CallContext, input: InputOf<OrdersContract, 'listAllOrders'>): Promise<Page<Order>> => {
    const { limit, cursor, ...query } = input
    const { status, userId, from, to } = query
    const conditions = [
      ...withStatus(status),
      ...(userId === undefined ? [] : [sql`o.user_id = ${userId}`]),
      ...(from === undefined ? [] : [since(from)]),
      ...(to === undefined ? [] : [before(to)]),
    ]
    return pageOfOrders(deps, context, { limit, cursor, query: { of: 'all', ...query }, conditions })
  }

const withStatus = (status: string | undefined): SQL[] =>
  status === undefined ? [] : [sql`o.status = ${status}`]

const since = (time: string): SQL =>
  sql`o.placed_at >= ${moment(time)} and o.id >= ${firstIdAt(Date.parse(time) - slackMs)}`

const before = (time: string): SQL =>
  sql`o.placed_at < ${moment(time)} and o.id < ${firstIdAt(Date.parse(time) + slackMs)}`

/** By number and not as text: RFC 3339 has years that PostgreSQL does not take. */
const moment = (time: string): SQL => sql`timestamptz 'epoch' + ${Date.parse(time)} * interval '1 ms'`

/**
 * An id begins with the time at which it was minted, by the clock of whoever minted it. So the index on ids
 * narrows a span of time down, with an hour to spare on either side for clocks that differ.
 */
const firstIdAt = (time: number): string => {
  const hex = Math.min(Math.max(time, 0), 2 ** 48 - 1)
    .toString(16)
    .padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

const slackMs = 60 * 60 * 1000
