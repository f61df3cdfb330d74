import { contextOf } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { eventually, type PrivateReplica, startPrivateReplica } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connectPostgres, createDatabase, followReplica } from '../src/index.ts'

let servers: PrivateReplica
beforeAll(async () => {
  servers = await startPrivateReplica()
})
afterAll(() => servers?.[Symbol.asyncDispose]())

const context = contextOf()

const given = async (mostBehindMs = 1_000) => {
  const stack = new AsyncDisposableStack()
  const primary = stack.use(connectPostgres({ url: servers.primaryUrl, logger: silentLogger }))
  const pool = connectPostgres({ url: servers.replicaUrl, logger: silentLogger })
  const replica = stack.use(followReplica({ primary, pool, logger: silentLogger, mostBehindMs, everyMs: 20 }))
  const database = createDatabase({ pool: primary, schema: 'things', replica })
  const copy = createDatabase({ pool, schema: 'things' })
  /** Which of the two answers, and how many things it knows of. */
  const asked = async (queries = database.onReplica(context)) => {
    const [row] = await queries.execute<{ copy: boolean; count: number }>(
      sql`select pg_is_in_recovery() as copy, (select count(*)::int from thing) as count`,
    )
    return row
  }
  const write = () => database.on(context).execute(sql`insert into thing default values`)
  const usable = (wanted: boolean) =>
    eventually(async () => expect(replica.isUsable()).toBe(wanted), { within: 10_000, every: 20 })
  return {
    ...{ database, copy, replica, asked, write, usable },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

beforeAll(async () => {
  await using shop = await given()
  await shop.database.on(context).execute(sql`create table thing (id int generated always as identity)`)
})

it('answers once it is known to be up to date, and never within a transaction', async () => {
  await using shop = await given()
  expect(await shop.asked()).toMatchObject({ copy: false })
  await shop.usable(true)
  expect(await shop.asked()).toMatchObject({ copy: true })
  await shop.database.transaction(context, async inTx => {
    expect(await shop.asked(shop.database.onReplica(inTx))).toMatchObject({ copy: false })
  })
})

it('shows what was written, some moments later', async () => {
  await using shop = await given()
  await shop.usable(true)
  const before = (await shop.asked())?.count ?? 0
  await shop.write()
  await eventually(async () => expect(await shop.asked()).toEqual({ copy: true, count: before + 1 }))
})

it('is left alone while it is too far behind, and asked again when it has caught up', async () => {
  await using shop = await given(300)
  await shop.usable(true)
  await shop.copy.on(context).execute(sql`select pg_wal_replay_pause()`)
  await shop.write()
  const count = (await shop.asked(shop.database.on(context)))?.count
  await shop.usable(false)
  expect(await shop.asked()).toEqual({ copy: false, count })
  await shop.copy.on(context).execute(sql`select pg_wal_replay_resume()`)
  await shop.usable(true)
  expect(await shop.asked()).toEqual({ copy: true, count })
})

it('that does not have what is asked for is stood in for by the primary', async () => {
  await using shop = await given()
  await shop.usable(true)
  await shop.copy.on(context).execute(sql`select pg_wal_replay_pause()`)
  await shop.database.on(context).execute(sql`create table if not exists new_thing (id int)`)
  const rows = await shop.database.onReplica(context).execute(sql`select * from new_thing`)
  expect([...rows]).toEqual([])
  await shop.copy.on(context).execute(sql`select pg_wal_replay_resume()`)
})

it('that is no copy at all knows everything', async () => {
  await using primary = connectPostgres({ url: servers.primaryUrl, logger: silentLogger })
  const pool = connectPostgres({ url: servers.primaryUrl, logger: silentLogger })
  await using replica = followReplica({ primary, pool, logger: silentLogger, everyMs: 20 })
  await eventually(async () => expect(replica.isUsable()).toBe(true))
})

// The last: it does not come back.
it('that dies is not missed by anybody', async () => {
  await using shop = await given()
  await shop.usable(true)
  await servers.killReplica()
  for (let n = 0; n < 20; n++) expect(await shop.asked()).toMatchObject({ copy: false })
  await shop.usable(false)
})
