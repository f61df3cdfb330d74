import type { World } from '../world.ts'

/** An order as it stands. */
export interface StandingOrder {
  readonly id: string
  readonly who: string
  readonly key: string | null
  readonly status: string
  /** In minor units. */
  readonly total: number
  readonly paidAt: Date | null
}

/** What stands in the shop's database and in the provider's journal, for looking up. */
export interface Standing {
  readonly orders: readonly StandingOrder[]
  readonly order: (id: string) => StandingOrder | undefined
  readonly orderOf: (who: string, key: string | undefined) => StandingOrder | undefined
  /** How many accounts an address has. */
  readonly accounts: ReadonlyMap<string, number>
  readonly refunds: ReadonlyMap<string, { readonly orderId: string; readonly amount: number }>
  /** How often each reason of a stock adjustment stands in the ledger. */
  readonly adjustments: ReadonlyMap<string, number>
  /** Amounts of an order in the journal, in minor units. */
  readonly journalOf: (orderId: string, operation: 'capture' | 'refund') => readonly number[]
  readonly sumOf: (orderId: string, operation: 'capture' | 'refund') => number
}

/** Reads it. */
export const readStanding = async ({ sql, provider }: World): Promise<Standing> => {
  const orders = await sql<StandingOrder[]>`
    select o.id, a.email as who, k.key, o.status, o.total::int as total, o.paid_at as "paidAt"
      from orders.order o join users.account a on a.id = o.user_id
      left join orders.checkout_key k on k.order_id = o.id`
  const accounts = await sql<{ email: string; count: number }[]>`
    select email, count(*)::int as count from users.account group by email`
  const refunds = await sql<{ id: string; orderId: string; amount: number }[]>`
    select id, order_id as "orderId", amount::int as amount from payments.refund`
  const adjustments = await sql<{ reason: string; count: number }[]>`
    select reason, count(*)::int as count from catalog.stock_movement where kind = 'adjustment' group by reason`
  const journal = Map.groupBy(await provider.journal(), ({ orderId, operation }) => `${operation} ${orderId}`)
  const byId = new Map(orders.map(order => [order.id, order]))
  const byKey = new Map(orders.map(order => [`${order.who} ${order.key}`, order]))
  const journalOf: Standing['journalOf'] = (orderId, operation) =>
    (journal.get(`${operation} ${orderId}`) ?? []).map(({ amount }) => amount.amount)
  return {
    orders,
    order: id => byId.get(id),
    orderOf: (who, key) => byKey.get(`${who} ${key}`),
    accounts: new Map(accounts.map(({ email, count }) => [email, count])),
    refunds: new Map(refunds.map(refund => [refund.id, refund])),
    adjustments: new Map(adjustments.map(({ reason, count }) => [reason, count])),
    journalOf,
    sumOf: (orderId, operation) => journalOf(orderId, operation).reduce((sum, amount) => sum + amount, 0),
  }
}
