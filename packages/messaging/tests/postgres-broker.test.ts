import { contextOf } from '@plinth/kernel'
import { createDatabase, type Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import type { TestDatabase } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll } from 'vitest'
import { type Broker, createPostgresBroker } from '../src/index.ts'
import { describeBroker } from './conformance.ts'
import { migratedDatabase, poolOn } from './databases.ts'

let database: TestDatabase
const pools = new Map<Broker, Pool>()

beforeAll(async () => {
  database = await migratedDatabase()
})
afterAll(async () => {
  await Promise.all([...pools.values()].map(pool => pool[Symbol.asyncDispose]()))
  await database[Symbol.asyncDispose]()
})

const poolOf = (broker: Broker): Pool => {
  const pool = pools.get(broker)
  if (pool === undefined) throw new Error('not a broker of this suite')
  return pool
}

describeBroker('PostgreSQL', {
  async open(namespace) {
    const pool = poolOn(database)
    const broker = createPostgresBroker({
      pool,
      namespace,
      logger: silentLogger,
      delaysMs: [100, 200],
      leaseMs: 600,
    })
    pools.set(broker, pool)
    return broker
  },
  kill: broker => poolOf(broker)[Symbol.asyncDispose](),
  async dead(broker) {
    const messaging = createDatabase({ pool: poolOf(broker), schema: 'messaging' })
    return {
      letters: () =>
        messaging
          .on(contextOf())
          .execute<{ queue: string; error: string; attempts: number; event: unknown }>(sql`
          select queue, error, attempts, event from messaging.dead_letter
          where namespace = ${broker.namespace} order by id`),
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
  clear: async () => undefined,
})
