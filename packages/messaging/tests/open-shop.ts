import { randomUUID } from 'node:crypto'
import type { Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import type { TestDatabase } from '@plinth/testing'
import { afterAll, beforeAll } from 'vitest'
import {
  type Broker,
  type Consumer,
  createDeadLetters,
  createRelay,
  defineConsumer,
  startConsumers,
} from '../src/index.ts'
import { migratedDatabase, poolOn } from './databases.ts'
import { ordersContract, shopOn } from './shop.ts'

/** Makes the broker under test, with retries after 100 ms and 200 ms. */
export type OpenBroker = (pool: Pool, namespace: string) => Promise<Broker>

/** Opens shops on one database for the describe block that calls it, one after another, each empty at first. */
export const useShops = (openBroker: OpenBroker): (() => Promise<Shop>) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await migratedDatabase()
  })
  afterAll(() => database[Symbol.asyncDispose]())
  return () => openShop(database, openBroker)
}

/** A shop with a broker of its own, and everything that carries its events. */
const openShop = async (database: TestDatabase, openBroker: OpenBroker) => {
  const pool = poolOn(database)
  const broker = await openBroker(pool, `test-${randomUUID()}`)
  const shop = shopOn(pool)
  await shop.clear()
  return {
    ...shop,
    broker,
    relay: createRelay({ outboxes: [shop.outbox], broker, logger: silentLogger }),
    letters: createDeadLetters({ pool, broker, logger: silentLogger }),
    start: (...consumers: Consumer[]) =>
      startConsumers({
        broker,
        consumers,
        databaseOf: shop.databaseOf,
        logger: silentLogger,
        attemptMs: 2_000,
      }),
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
    },
  }
}

/** What {@link useShops} opens. */
export type Shop = Awaited<ReturnType<typeof openShop>>

/** Refunds cancelled orders, each after what is to be done first. */
export const refunder = (shop: Shop, first: () => Promise<void> = async () => {}): Consumer =>
  defineConsumer({
    name: 'payments.refund-cancelled-order',
    event: ordersContract.events.cancelled,
    prepare: first,
    handle: (context, { data }) => shop.refund(context, data.orderId),
  })
