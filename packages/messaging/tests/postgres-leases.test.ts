import { setTimeout as sleep } from 'node:timers/promises'
import { contextOf } from '@plinth/kernel'
import { createDatabase } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { createDeadLetters, createPostgresBroker } from '../src/index.ts'
import { handled, message, recorder } from './broker-under-test.ts'
import { migratedDatabase, poolOn } from './databases.ts'

const queue = { queue: 'a.b', types: ['o.placed'] }

const setUp = async () => {
  const database = await migratedDatabase()
  const pool = poolOn(database)
  const brokers = [1, 2].map(() => createPostgresBroker({ pool, logger: silentLogger, leaseMs: 1_800 }))
  const [broker, other] = brokers
  if (broker === undefined || other === undefined) throw new Error('two brokers')
  return {
    broker,
    other,
    pool,
    rows: createDatabase({ pool, schema: 'messaging' }).on(contextOf()),
    async [Symbol.asyncDispose]() {
      await Promise.all(brokers.map(each => each[Symbol.asyncDispose]()))
      await pool[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

describe('leases of the PostgreSQL broker', () => {
  test('a handler that takes longer than the lease keeps its message to itself', async () => {
    await using shop = await setUp()
    const seen = recorder()
    const slow = async (delivery: Parameters<typeof seen.take>[0]) => {
      await seen.take(delivery)
      await sleep(4_000)
      return handled
    }
    await using _one = shop.broker.subscribe(queue, slow)
    await using _two = shop.other.subscribe(queue, slow)
    await Promise.all([_one.ready, _two.ready])
    await shop.broker.publish([message('o.placed')])
    await eventually(
      async () => expect(await shop.rows.execute(sql`select 1 as one from messaging.delivery`)).toEqual([]),
      { within: 8_000 },
    )
    expect(seen.seen).toHaveLength(1)
  })

  test('a message whose consumers die again and again ends as a dead letter', async () => {
    await using shop = await setUp()
    await shop.broker.declare([queue])
    await shop.broker.publish([message('o.placed')])
    await shop.rows.execute(sql`update messaging.delivery set handed_out = 21`)
    const seen = recorder()
    await using _ = shop.broker.subscribe(queue, seen.take)
    const letters = createDeadLetters({ pool: shop.pool, broker: shop.broker, logger: silentLogger })
    await eventually(async () =>
      expect((await letters.list({ limit: 10 })).data).toMatchObject([
        { queue: 'a.b', error: 'no verdict: handed out 21 times' },
      ]),
    )
    expect(seen.seen).toEqual([])
  })
})
