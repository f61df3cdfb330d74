import {
  type CallContext,
  contextOf,
  dataSchemaOf,
  type Id,
  local,
  newId,
  permissionsOf,
  service,
  type User,
} from '@plinth/kernel'
import { ordersContract } from '@plinth/orders-contract'
import { type ChargeOutcome, paymentsContract } from '@plinth/payments-contract'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase, eventually } from '@plinth/testing'
import { type SQL, sql } from 'drizzle-orm'
import { createPayments, type PaymentsOptions } from '../src/index.ts'

/** The secret that the sandbox signs with. */
export const webhookSecret = 'whsec_c2VjcmV0IG9mIHRoZSBzYW5kYm94IGZvciB0ZXN0cw=='

/** A user with the permissions of these roles. */
export const userWith = (...roles: string[]): User => ({
  kind: 'user',
  id: newId(),
  roles,
  permissions: permissionsOf(roles, Object.values(paymentsContract.permissions)),
})

/** US dollars, in cents. */
export const usd = (amount: number) => ({ amount, currency: 'USD' })

/** A database of the test's own, with all that payments and the gateway keep. */
export const givenDatabase = () => {
  const migrations = [migrationsOf('payments', import.meta.url), migrationsOf('gateway', import.meta.url)]
  return createTestDatabase({
    name: 'payments',
    migrate: {
      key: 'payments',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
}

/** Payments by themselves, as their own role; one replica of them. */
export const openPayments = (url: string, changes: Partial<PaymentsOptions['settings']> = {}) => {
  const pool = connectPostgres({
    url,
    role: 'plinth_payments',
    acquireTimeoutMs: 10_000,
    logger: silentLogger,
  })
  const settings = { currency: 'USD', provider: { name: 'sandbox', webhookSecret } as const, ...changes }
  const payments = createPayments({ pool, logger: silentLogger, settings })
  const database = createDatabase({ pool, schema: 'payments' })
  const call = local(paymentsContract, payments.operations, { strict: true })
  const orders: CallContext = contextOf(service('orders'))
  const rows = <Row extends Record<string, unknown>>(query: SQL) =>
    database.on(contextOf()).execute<Row>(query)
  const [refunds] = payments.jobs

  const givenPayment = async (token = 'tok_approved', amount = 4900, provider = 'sandbox') => {
    const paymentId = newId<'Payment'>()
    const orderId = newId<'Order'>()
    const userId = newId<'User'>()
    await call.createPayment(orders, {
      paymentId,
      orderId,
      orderNumber: '100042',
      userId,
      amount: usd(amount),
      provider,
      token,
    })
    return { paymentId, orderId, userId }
  }
  return {
    pool,
    payments,
    database,
    call,
    rows,
    /** The neighbour that pays. */
    orders,
    admin: contextOf(userWith('admin')),
    /** A payment noted down, not yet charged. */
    givenPayment,
    /** A payment that is captured and settled. */
    async givenCapture(token = 'tok_approved', amount = 4900, provider = 'sandbox') {
      const payment = await givenPayment(token, amount, provider)
      const result = await call.charge(orders, { paymentId: payment.paymentId })
      await call.settle(orders, { paymentId: payment.paymentId, result })
      return payment
    },
    /** The payment of an order as orders see it. */
    async paymentOf(orderId: Id<'Order'>) {
      const [payment] = await call.getPayments(orders, { orderIds: [orderId] })
      return payment
    },
    /** The refund as an admin sees it. */
    async refundOf(orderId: Id<'Order'>) {
      const { data } = await call.listRefunds(contextOf(userWith('admin')), { orderId, limit: 1 })
      return data[0]
    },
    /** Every refund that is pending is tried once, whenever it was due. */
    async tryRefunds() {
      await rows(sql`update payments.refund set next_attempt_at = now() where status = 'pending'`)
      await using _running = refunds?.start(silentLogger)
      await eventually(
        async () => {
          const due = await rows(sql`
            select 1 from payments.refund
             where under_way or (status = 'pending' and next_attempt_at <= now())`)
          return due.length === 0
        },
        { every: 5 },
      )
    },
    /** What the provider did for an order, in its own words. */
    async journal(orderId: Id<'Order'>) {
      const { data } = await call.readJournal(contextOf(userWith('admin')), { orderId })
      return data.map(({ operation, amount }) => [operation, amount.amount])
    },
    /** What the audit says was done to something, newest first. */
    async audited(subject: string) {
      const { data } = await payments.audit.listEntries(contextOf(), { subject, limit: 100 })
      return data.map(({ actor, action, details }) => [actor.id, action, details])
    },
    /** The data of the events about something, oldest first. */
    async announced(type: string, subject: string) {
      const events = await rows<{ data: unknown }>(
        sql`select data from payments.outbox where type = ${type} and subject = ${subject} order by id`,
      )
      return events.map(({ data }) => data)
    },
    /** Hands the cancellation of an order to its consumer; the same id is the same event. */
    async deliverCancellation(orderId: Id<'Order'>, id: string = newId()) {
      const declaration = ordersContract.events.cancelled
      const [consumer] = payments.consumers
      return consumer
        ?.read({
          specversion: '1.0',
          id,
          source: '/plinth/orders',
          type: declaration.type,
          subject: orderId,
          time: new Date().toISOString(),
          datacontenttype: 'application/json',
          dataschema: dataSchemaOf(declaration),
          data: { ...declaration.example, orderId },
        })
        .handle(contextOf(service('payments')), database)
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

/** Payments over a database of the test's own. */
export const givenPayments = async (changes: Partial<PaymentsOptions['settings']> = {}) => {
  const own = await givenDatabase()
  const replica = openPayments(own.url, changes)
  return {
    ...replica,
    url: own.url,
    async [Symbol.asyncDispose]() {
      await replica[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenPayments}. */
export type Given = Awaited<ReturnType<typeof givenPayments>>

/** What was captured. */
export const captured: ChargeOutcome = { outcome: 'captured' }
