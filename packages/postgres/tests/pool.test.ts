import { DeadlineExceeded, Unavailable } from '@plinth/kernel'
import { createMetrics } from '@plinth/telemetry'
import { createTestDatabase, eventually, startFaultProxy, type TestDatabase } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it as test } from 'vitest'
import { connectPostgres, createDatabase, type PoolOptions } from '../src/index.ts'
import { context, listeningLogger } from './given.ts'

describe('a pool', () => {
  let own: TestDatabase
  beforeAll(async () => {
    own = await createTestDatabase({ name: 'pool' })
  })
  afterAll(() => own[Symbol.asyncDispose]())

  const start = (options: Partial<PoolOptions> = {}) => {
    const { logger, lines } = listeningLogger()
    const pool = connectPostgres({ url: own.url, logger, ...options })
    const database = createDatabase({ pool, schema: 'shop' })
    const one = (within = context) => database.on(within).execute<{ one: number }>(sql`select 1 as one`)
    /** Takes every connection until it is told to let go. */
    const occupy = async (connections: number) => {
      const letGo = Promise.withResolvers<void>()
      const taken: Promise<void>[] = []
      const done = Array.from({ length: connections }, () => {
        const { promise, resolve } = Promise.withResolvers<void>()
        taken.push(promise)
        return database.transaction(context, async () => {
          resolve()
          await letGo.promise
        })
      })
      await Promise.all(taken)
      return async () => {
        letGo.resolve()
        await Promise.all(done)
      }
    }
    return { pool, database, one, occupy, lines, [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose]() }
  }

  test('refuses a caller as Unavailable when no connection is free in time, and serves the next', async () => {
    await using here = start({ max: 2, acquireTimeoutMs: 150 })
    const letGo = await here.occupy(2)
    const begun = performance.now()
    await expect(here.one()).rejects.toSatisfy(Unavailable.is)
    expect(performance.now() - begun).toBeLessThan(1_000)
    await letGo()
    await expect(here.one()).resolves.toEqual([{ one: 1 }])
  })

  test('replaces a session that has many statements prepared, and loses none of them', async () => {
    await using here = start({ max: 1 })
    const sessions = new Set<number>()
    for (let each = 0; each < 600; each += 1) {
      const [row] = await here.database.on(context).execute<{ pid: number; kept: number; each: number }>(sql`
        select pg_backend_pid() as pid, (select count(*)::int from pg_prepared_statements) as kept,
               ${sql.raw(String(each))}::int as each`)
      expect(row).toMatchObject({ each })
      expect(row?.kept).toBeLessThanOrEqual(501)
      sessions.add(row?.pid ?? 0)
    }
    expect(sessions.size).toBe(2)
  })

  test('gives up at the deadline of the caller, when that is earlier', async () => {
    await using here = start({ max: 1 })
    const letGo = await here.occupy(1)
    await expect(here.one({ ...context, deadline: Date.now() + 50 })).rejects.toSatisfy(DeadlineExceeded.is)
    await expect(here.one({ ...context, deadline: Date.now() - 1 })).rejects.toSatisfy(DeadlineExceeded.is)
    await letGo()
  })

  test('serves those first who have to be done first: what has begun comes before what begins', async () => {
    await using here = start({ max: 1 })
    const letGo = await here.occupy(1)
    const served: string[] = []
    const ask = (name: string, deadline?: number) =>
      here.database.transaction({ ...context, ...(deadline !== undefined && { deadline }) }, async () => {
        served.push(name)
      })
    const now = Date.now()
    const asked = [
      ask('a request that has just come', now + 60_000),
      ask('a job, which counts as having seconds'),
      ask('a request that is half done', now + 4_000),
      ask('another that is half done', now + 4_000),
    ]
    await letGo()
    await Promise.all(asked)
    expect(served).toEqual([
      'a request that is half done',
      'another that is half done',
      'a job, which counts as having seconds',
      'a request that has just come',
    ])
  })

  test('serves many more callers than it has connections', async () => {
    await using here = start({ max: 3, acquireTimeoutMs: 10_000 })
    const answers = await Promise.all(Array.from({ length: 500 }, () => here.one()))
    expect(answers.flat()).toHaveLength(500)
  })

  test('stops a statement that takes too long, as Unavailable', async () => {
    await using here = start({ statementTimeoutMs: 100 })
    const slow = here.database.on(context).execute(sql`select pg_sleep(3)`)
    await expect(slow).rejects.toSatisfy(Unavailable.is)
    await expect(here.one()).resolves.toEqual([{ one: 1 }])
  })

  test('has another connection at once when one was lost', async () => {
    await using here = start({ max: 1 })
    const own = here.database.on(context).execute(sql`select pg_terminate_backend(pg_backend_pid())`)
    await expect(own).rejects.toSatisfy(Unavailable.is)
    const begun = performance.now()
    await expect(here.one()).resolves.toEqual([{ one: 1 }])
    expect(performance.now() - begun).toBeLessThan(1_000)
  })

  test('says at once what is wrong when it never will connect', async () => {
    const nowhere = new URL(own.url)
    nowhere.pathname = '/there_is_no_such_database'
    await using here = start({ url: nowhere.href, acquireTimeoutMs: 3_000 })
    const begun = performance.now()
    await expect(here.one()).rejects.toMatchObject({ code: 'unavailable', cause: { code: '3D000' } })
    expect(performance.now() - begun).toBeLessThan(1_500)
    expect(here.lines).toHaveLength(1)
  })

  test.each(['down', 'hang'] as const)('outlives a database that is away (%s), and says so', async fault => {
    await using proxy = await startFaultProxy(own.url)
    await using here = start({ url: proxy.url, max: 4, acquireTimeoutMs: 500, statementTimeoutMs: 800 })
    await here.one()
    expect(await here.pool.status()).toMatchObject({ up: true })

    await proxy[fault]()
    const gone = performance.now()
    const during = Array.from({ length: 20 }, () => here.one())
    await eventually(async () => (await here.pool.status()).up === false, { within: 2_000 })
    for (const outcome of await Promise.allSettled(during)) {
      expect(outcome.status === 'rejected' && Unavailable.is(outcome.reason)).toBe(true)
    }
    await expect(here.pool.ping()).rejects.toSatisfy(Unavailable.is)
    await expect(here.one()).rejects.toSatisfy(Unavailable.is)
    expect(performance.now() - gone).toBeLessThan(5_000)

    await proxy.up()
    await eventually(async () => (await here.pool.status()).up, { within: 5_000 })
    await eventually(() => here.one(), { within: 2_000 })
    await expect(here.pool.ping()).resolves.toBeUndefined()
  })

  test('lets work that is under way finish when it is closed, and refuses new work', async () => {
    const here = start({ max: 2 })
    const begun = Promise.withResolvers<void>()
    const slow = here.database.transaction(context, async inTx => {
      begun.resolve()
      return here.database.on(inTx).execute(sql`select pg_sleep(0.2), 2 as two`)
    })
    await begun.promise
    const closing = here.pool[Symbol.asyncDispose]()
    await expect(here.one()).rejects.toSatisfy(Unavailable.is)
    await expect(slow).resolves.toMatchObject([{ two: 2 }])
    await closing
  })

  test('takes on a role and tells of its connections', async () => {
    const metrics = createMetrics({ defaults: false })
    await using here = start({ max: 2, role: 'pg_monitor', applicationName: 'orders', metrics })
    await expect(
      here.database
        .on(context)
        .execute(sql`select current_user, current_setting('application_name') as name`),
    ).resolves.toEqual([{ current_user: 'pg_monitor', name: 'orders' }])
    const letGo = await here.occupy(1)
    expect(await metrics.text()).toContain('plinth_postgres_connections{pool="orders",state="busy"} 1')
    await letGo()
  })
})
