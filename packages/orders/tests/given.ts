import { cartContract } from '@plinth/cart-contract'
import { catalogContract } from '@plinth/catalog-contract'
import {
  type CallContext,
  contextOf,
  detached,
  type Id,
  type InputOf,
  local,
  newId,
  permissionsOf,
  type User,
} from '@plinth/kernel'
import { type OrdersContract, ordersContract } from '@plinth/orders-contract'
import { paymentsContract } from '@plinth/payments-contract'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase, eventually } from '@plinth/testing'
import { type SQL, sql } from 'drizzle-orm'
import { expect } from 'vitest'
import { createOrders } from '../src/index.ts'
import { fakeCart } from './cart.ts'
import { fakeCatalog, settle } from './catalog.ts'
import { fakePayments } from './payments.ts'

/** A user with the permissions of these roles. */
export const userWith = (...roles: string[]): User & { readonly id: Id<'User'> } => ({
  kind: 'user',
  id: newId<'User'>(),
  roles,
  permissions: permissionsOf(roles, Object.values(ordersContract.permissions)),
})

/** A request to check out, with a card that is approved unless told otherwise. */
export const aCheckout = (token = 'tok_approved'): InputOf<OrdersContract, 'checkout'> => ({
  shippingAddress: {
    name: 'Ada Lovelace',
    line1: '12 St James Square',
    city: 'London',
    postalCode: 'SW1Y 4JH',
    country: 'GB',
  },
  payment: { provider: 'sandbox', token },
})

/**
 * Orders by themselves, as their own role, beside neighbours that behave; `apart`: that are called as if over the
 * network, and join no transaction.
 */
export const givenOrders = async ({
  reservationTtlSeconds = 900,
  maxOpenOrders = 1_000,
  apart = false,
} = {}) => {
  const migrations = [
    migrationsOf('orders', import.meta.url),
    migrationsOf('gateway', import.meta.url),
    { domain: 'neighbour', directory: new URL('./sql/', import.meta.url) },
  ]
  const own = await createTestDatabase({
    name: 'orders',
    migrate: {
      key: 'orders',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const pool = connectPostgres({
    url: own.url,
    role: 'plinth_orders',
    acquireTimeoutMs: 10_000,
    logger: silentLogger,
  })
  const database = createDatabase({ pool, schema: 'orders' })
  const { payments, provider } = fakePayments(database)
  const catalog = fakeCatalog(database)
  const faults: Faults = { beforeSale: async () => {}, at: async () => {} }
  const cart = fakeCart(database)
  const neighbours = {
    cart,
    catalog: {
      ...catalog,
      async sellStock(...[context, input]: Parameters<typeof catalog.sellStock>) {
        await faults.beforeSale()
        return catalog.sellStock(context, input)
      },
    },
    payments,
  }
  const orders = createOrders({
    pool,
    logger: silentLogger,
    neighbours: apart
      ? {
          cart: detached(cartContract, { ...cart, takeLines: watched(faults, 'takeLines', cart.takeLines) }),
          catalog: detached(catalogContract, {
            ...neighbours.catalog,
            reserveStock: watched(faults, 'reserveStock', catalog.reserveStock),
          }),
          payments: detached(paymentsContract, {
            ...payments,
            createPayment: watched(faults, 'createPayment', payments.createPayment),
          }),
        }
      : neighbours,
    settings: { reservationTtlSeconds, maxOpenOrders, paymentProvider: 'sandbox' },
  })
  const call = local(ordersContract, orders.operations, { strict: true })
  const buyer = userWith('user')
  const rows = <Row extends Record<string, unknown>>(query: SQL) =>
    database.on(contextOf()).execute<Row>(query)

  return {
    /** Of the test database, for whoever is not orders. */
    url: own.url,
    orders,
    /** What a test may have go wrong. */
    faults,
    provider,
    call,
    rows,
    buyer,
    buying: contextOf(buyer),
    admin: contextOf(userWith('admin')),
    /** The context of a buyer's checkout under a key. */
    keyed: (key: string = newId(), user: User = buyer): CallContext => ({
      ...contextOf(user),
      idempotencyKey: key,
    }),
    /** A variant on the shelf. */
    async givenVariant({ stock = 10, price = 4900, sellerId = newId<'User'>() } = {}) {
      const id = newId<'Variant'>()
      await rows(sql`
        insert into neighbour.variant (id, product_id, seller_id, sku, price, on_hand)
        values (${id}, ${newId()}, ${sellerId}, ${`SKU-${id.slice(-4)}`}, ${price}, ${stock})`)
      return { id, sellerId, price }
    },
    /** What is in a user's cart from now on. */
    async givenCart(
      lines: readonly { variantId: Id<'Variant'>; quantity: number }[],
      userId: string = buyer.id,
    ) {
      await rows(sql`
        insert into neighbour.cart (user_id, lines) values (${userId}, ${JSON.stringify(lines)})
            on conflict (user_id) do update set lines = excluded.lines`)
    },
    /** What is in a user's cart. */
    async cartOf(userId: string = buyer.id) {
      const [cart] = await rows<{ lines: unknown[] }>(
        sql`select lines from neighbour.cart where user_id = ${userId}`,
      )
      return cart?.lines ?? []
    },
    /** What is on the shelf of a variant. */
    async shelf(variantId: string) {
      const [shelf] = await rows<{ on_hand: number; reserved: number }>(
        sql`select on_hand, reserved from neighbour.variant where id = ${variantId}`,
      )
      return shelf
    },
    /** The hold of an order runs out. */
    runOut: (orderId: string) => settle(database, contextOf(), orderId, 'expired'),
    /** The provider says something else from now on. */
    async changeToken(orderId: string, token: string) {
      await rows(sql`update neighbour.payment set token = ${token} where order_id = ${orderId}`)
    },
    /** What the audit says was done to something, newest first. */
    async audited(subject: string) {
      const { data } = await orders.audit.listEntries(contextOf(), { subject, limit: 100 })
      return data.map(({ actor, action, details }) => [actor.id, action, details])
    },
    /** The events announced about an order, in order. */
    async announced(orderId: string) {
      const events = await rows<{ type: string; data: Record<string, unknown> }>(
        sql`select type, data from orders.outbox where subject = ${orderId} order by id`,
      )
      return events
    },
    /** Lets the job go round until no order waits for anything it could do. */
    async reconcile() {
      await rows(sql`update orders.order set next_check_at = now() where next_check_at is not null`)
      const asked = provider.asked
      const due = await rows(sql`select 1 from orders.order where next_check_at <= now()`)
      const [settling] = orders.jobs
      await using _running = settling?.start(silentLogger)
      await eventually(async () => {
        const left = await rows(sql`select 1 from orders.order where next_check_at <= now()`)
        return left.length === 0 && provider.asked >= asked + due.length
      })
    },
    /** Lets the job go round until no checkout that was begun is left. */
    async giveUp() {
      const giving = orders.jobs.find(({ name }) => name === 'orders.give-up-checkouts')
      await using _running = giving?.start(silentLogger)
      await eventually(
        async () => {
          await rows(sql`
            update orders.begun_checkout set next_try_at = now()
             where order_id in (select order_id from orders.begun_checkout for update skip locked)`)
          giving?.wake()
          expect(await rows(sql`select 1 from orders.begun_checkout`)).toEqual([])
        },
        { within: 20_000 },
      )
    },
    /** The server finds that the process at the other end of its open transactions is gone. */
    async loseTransactions() {
      await using superuser = connectPostgres({ url: own.url, logger: silentLogger })
      const server = createDatabase({ pool: superuser, schema: 'plinth' }).on(contextOf())
      await eventually(
        async () => {
          const left = await server.execute(sql`
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`)
          expect(left).toEqual([])
        },
        { within: 20_000 },
      )
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** What a test may have go wrong. */
export interface Faults {
  beforeSale: () => Promise<void>
  /** Called around what a checkout asks of neighbours that are apart. */
  at: (moment: Moment) => Promise<void>
}

/** When a neighbour that is apart is asked, and when it has done it. */
export type Moment = `${'before' | 'after'} ${'takeLines' | 'reserveStock' | 'createPayment'}`

type Asked = Moment extends `${string} ${infer Name}` ? Name : never

const watched =
  <Args extends readonly unknown[], Answer>(
    faults: Faults,
    name: Asked,
    call: (...args: Args) => Promise<Answer>,
  ) =>
  async (...args: Args): Promise<Answer> => {
    await faults.at(`before ${name}`)
    const answer = await call(...args)
    await faults.at(`after ${name}`)
    return answer
  }

/** See {@link givenOrders}. */
export type Given = Awaited<ReturnType<typeof givenOrders>>

/** A promise that stays open: where a process died. */
export const never = (): Promise<never> => new Promise(() => {})
