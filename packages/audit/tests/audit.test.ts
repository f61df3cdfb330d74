import { anonymous, contextOf, Forbidden, InvalidCursor, newId, Unauthenticated } from '@plinth/kernel'
import { sqlStateOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type AuditEntry, createAudit } from '../src/index.ts'
import { admin, givenTrails, host } from './given.ts'

let given: Awaited<ReturnType<typeof givenTrails>>
beforeAll(async () => {
  given = await givenTrails()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(() => given.forget())

const audit = () => createAudit([given.users, given.orders])
const actions = (entries: readonly AuditEntry[]) => entries.map(({ action }) => action)

describe('an entry', () => {
  test('says who did what to what, when, from where and in which request', async () => {
    const context = { ...admin, address: '192.0.2.7', requestId: 'request-1' }
    const userId = newId()
    await given.users.append(context, {
      action: 'users.roles-changed',
      subject: { kind: 'user', id: userId },
      details: { from: ['user'], to: ['user', 'seller'] },
    })
    await given.users.append(contextOf(anonymous), { action: 'users.sign-in-failed' })
    const { data } = await audit().listEntries(admin, { limit: 10 })
    expect(data).toEqual([
      {
        id: expect.any(String),
        at: expect.stringMatching(/Z$/),
        actor: { kind: 'anonymous', id: null },
        action: 'users.sign-in-failed',
        subject: null,
        address: null,
        requestId: null,
        details: {},
      },
      {
        id: expect.any(String),
        at: expect.stringMatching(/Z$/),
        actor: { kind: 'user', id: admin.actor.kind === 'user' && admin.actor.id },
        action: 'users.roles-changed',
        subject: { kind: 'user', id: userId },
        address: '192.0.2.7',
        requestId: 'request-1',
        details: { from: ['user'], to: ['user', 'seller'] },
      },
    ])
  })

  test('is there exactly when what it tells of is', async () => {
    const undone = given.database.transaction(host, async inTx => {
      await given.users.append(inTx, { action: 'users.suspended' })
      throw new Error('it came to nothing')
    })
    await expect(undone).rejects.toThrow('it came to nothing')
    await given.database.transaction(host, inTx => given.users.append(inTx, { action: 'users.reinstated' }))
    expect(actions((await audit().listEntries(admin, { limit: 10 })).data)).toEqual(['users.reinstated'])
  })

  test('can be neither changed nor deleted, by nobody and all at once', async () => {
    await given.users.append(host, { action: 'users.suspended' })
    for (const change of [
      sql`update users.audit set actor = 'somebody else'`,
      sql`delete from users.audit`,
      sql`update users.audit set actor = 'somebody else' where false`,
    ]) {
      const attempt = given.database.on(host).execute(change)
      await expect(attempt).rejects.toSatisfy(error => sqlStateOf(error) === '42501')
    }
    expect((await audit().listEntries(admin, { limit: 10 })).data).toHaveLength(1)
  })

  test('is kept, however long what it was told of the request is', async () => {
    const address = 'x'.repeat(1000)
    await given.users.append({ ...host, address, requestId: address }, { action: 'users.suspended' })
    expect((await audit().listEntries(admin, { limit: 10 })).data).toMatchObject([
      { address: 'x'.repeat(100), requestId: 'x'.repeat(200) },
    ])
  })
})

describe('an old entry', () => {
  const ages = [0, 29, 31, 89, 91, 400]
  /** So many entries of each age in days, with the ids and times of then. */
  const aged = (each: number) =>
    given.asOwner(sql`
      insert into users.audit (id, at, actor_kind, action, details)
      select rpad(lpad(to_hex(floor(extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || md5(age::text || n), 32)::uuid,
             at, 'service', 'users.suspended', jsonb_build_object('age', age)
        from unnest(${sql.param(ages)}::int[]) age, generate_series(1, ${each}) n,
             lateral (select now() - make_interval(days => age) as at) _`)
  const left = async () => {
    const rows = await given.database.on(host).execute<{ age: number; entries: number }>(sql`
      select (details->>'age')::int as age, count(*)::int as entries from users.audit group by 1 order by 1`)
    return Object.fromEntries(rows.map(({ age, entries }) => [age, entries]))
  }

  test('is forgotten after the days that were named, and no other', async () => {
    await aged(700)
    await using _running = given.users.forgetAfter(90).start(silentLogger)
    await eventually(async () => expect(await left()).toEqual({ 0: 700, 29: 700, 31: 700, 89: 700 }))
  })

  test('of the last thirty days is forgotten by nobody', async () => {
    await aged(1)
    for (const before of [sql`now() - interval '29 days'`, sql`'infinity'`, sql`null`]) {
      const attempt = given.database.on(host).execute(sql`select users.forget_audit(${before}, 1000)`)
      await expect(attempt).rejects.toSatisfy(error => sqlStateOf(error) === '42501')
    }
    expect(Object.keys(await left())).toHaveLength(ages.length)
  })

  test('is deleted in no other way, by its owner neither, nor after something was forgotten', async () => {
    await aged(1)
    const refused = (error: unknown) => sqlStateOf(error) === '42501'
    const asRole = given.database.transaction(host, async inTx => {
      const queries = given.database.on(inTx)
      await queries.execute(sql`select users.forget_audit(now() - interval '90 days', 1)`)
      await queries.execute(sql`select set_config('plinth.forgets_audit', 'users', true)`)
      await queries.execute(sql`delete from users.audit`)
    })
    await expect(asRole).rejects.toSatisfy(refused)
    const deletion = sql`delete from users.audit where at < now() - interval '90 days'`
    await expect(given.asOwner(deletion)).rejects.toSatisfy(refused)
    await expect(
      given.asOwner(sql`
        do $$ begin
          perform users.forget_audit(now() - interval '90 days', 1);
          delete from users.audit where at < now() - interval '90 days';
        end $$`),
    ).rejects.toSatisfy(refused)
    expect(Object.keys(await left())).toHaveLength(ages.length)
  })
})

describe('the entries of several domains', () => {
  const record = async () => {
    for (let at = 0; at < 7; at += 1) {
      const trail = at % 3 === 0 ? given.orders : given.users
      const action = at % 3 === 0 ? 'orders.cancelled' : 'users.suspended'
      await trail.append(at < 4 ? host : admin, { action, subject: { kind: 'thing', id: `thing-${at % 2}` } })
    }
  }
  const pages = async (filters: object, limit: number) => {
    const found: AuditEntry[] = []
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await audit().listEntries(admin, { ...filters, limit, ...(cursor && { cursor }) })
      expect(page.data.length).toBeLessThanOrEqual(limit)
      found.push(...page.data)
      cursor = page.nextCursor
    }
    return found
  }

  test('are read as one list, newest first, each once, whatever the size of a page', async () => {
    await record()
    const all = await pages({}, 100)
    expect(all.map(({ id }) => id)).toEqual(
      all
        .map(({ id }) => id)
        .toSorted()
        .toReversed(),
    )
    expect(all).toHaveLength(7)
    for (const limit of [1, 2, 3, 7]) expect(await pages({}, limit)).toEqual(all)
  })

  test('are found by who did it, by what was done and to what, and by all of it', async () => {
    await record()
    const count = async (filters: object) => (await pages(filters, 2)).length
    expect(await count({ actor: 'host' })).toBe(4)
    expect(await count({ action: 'orders.cancelled' })).toBe(3)
    expect(await count({ subject: 'thing-1' })).toBe(3)
    expect(await count({ actor: 'host', action: 'users.suspended', subject: 'thing-1' })).toBe(1)
    expect(await count({ actor: newId() })).toBe(0)
  })

  test('have cursors that are good for the same question alone', async () => {
    await record()
    const { nextCursor } = await audit().listEntries(admin, { limit: 1 })
    const other = audit().listEntries(admin, { limit: 1, cursor: nextCursor ?? '', actor: 'host' })
    await expect(other).rejects.toSatisfy(InvalidCursor.is)
  })

  test('are for those who may read them', async () => {
    const user = contextOf({ kind: 'user', id: newId(), roles: ['user'], permissions: [] })
    await expect(audit().listEntries(user, { limit: 1 })).rejects.toSatisfy(Forbidden.is)
    await expect(audit().listEntries(contextOf(), { limit: 1 })).rejects.toSatisfy(Unauthenticated.is)
  })
})
