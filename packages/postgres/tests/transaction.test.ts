import { DeadlineExceeded, type InTx, Tx, Unavailable } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { afterCommit, isUniqueViolation, sqlStateOf } from '../src/index.ts'
import { context, givenShop } from './given.ts'

describe('a transaction', () => {
  let shop: Awaited<ReturnType<typeof givenShop>>
  beforeAll(async () => {
    shop = await givenShop({ max: 3 })
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const open = (id: number) => (inTx: InTx) =>
    shop.database
      .on(inTx)
      .execute(sql`insert into shop.account (id, name) values (${id}, ${`account ${id}`})`)
  const exists = async (id: number) =>
    (await shop.database.on(context).execute(sql`select 1 from shop.account where id = ${id}`)).length === 1

  it('is committed when its work returns, and gives what the work gave', async () => {
    const given = await shop.database.transaction(context, async inTx => {
      await open(1)(inTx)
      return 'opened'
    })
    expect(given).toBe('opened')
    expect(await exists(1)).toBe(true)
  })

  it('is rolled back when its work throws, and throws the same', async () => {
    const refusal = new Error('no account for you')
    const attempt = shop.database.transaction(context, async inTx => {
      await open(2)(inTx)
      throw refusal
    })
    await expect(attempt).rejects.toBe(refusal)
    expect(await exists(2)).toBe(false)
  })

  it('is joined by a transaction within it: one fails, both are gone', async () => {
    const attempt = shop.database.transaction(context, async outer => {
      await shop.database.transaction(outer, open(3))
      expect(await exists(3)).toBe(false)
      await open(1)(outer)
    })
    await expect(attempt).rejects.toSatisfy(error => isUniqueViolation(error, 'account_pkey'))
    expect(await exists(3)).toBe(false)
  })

  it('fails when one of its statements failed, though its work hid that', async () => {
    const attempt = shop.database.transaction(context, async inTx => {
      await open(4)(inTx)
      await open(1)(inTx).catch(() => undefined)
    })
    await expect(attempt).rejects.toSatisfy(isUniqueViolation)
    expect(await exists(4)).toBe(false)
  })

  it('fails when a statement failed that its work did not wait for', async () => {
    const attempt = shop.database.transaction(context, async inTx => {
      await open(5)(inTx)
      open(1)(inTx).catch(() => undefined)
    })
    await expect(attempt).rejects.toThrow()
    expect(await exists(5)).toBe(false)
  })

  it('takes no statement once it is over', async () => {
    const kept = await shop.database.transaction(context, async inTx => inTx)
    await expect(open(6)(kept)).rejects.toThrow('the transaction is over')
    await expect(shop.database.transaction(kept, open(6))).rejects.toThrow('the transaction is over')
    expect(await exists(6)).toBe(false)
  })

  it('of another database is refused, and so is what is no transaction at all', async () => {
    await using elsewhere = await givenShop()
    await shop.database.transaction(context, async inTx => {
      expect(() => elsewhere.database.on(inTx)).toThrow('belongs to another database')
      await expect(elsewhere.database.transaction(inTx, async () => 1)).rejects.toThrow('another database')
    })
    class OtherTx extends Tx {
      protected override readonly opened = true
    }
    expect(() => shop.database.on({ ...context, tx: new OtherTx() })).toThrow(TypeError)
  })

  it('tells of its commit once the outermost one is done, and never of a rollback', async () => {
    const told: string[] = []
    await shop.database.transaction(context, async outer => {
      await shop.database.transaction(outer, async inner => {
        afterCommit(inner, () => {
          throw new Error('a listener of no use')
        })
        afterCommit(inner, () => told.push('inner'))
      })
      expect(told).toEqual([])
      afterCommit(outer, () => told.push('outer'))
    })
    expect(told).toEqual(['inner', 'outer'])
    const failed = shop.database.transaction(context, async inTx => {
      afterCommit(inTx, () => told.push('rolled back'))
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(told).toHaveLength(2)
  })

  it('ends at its deadline, leaves nothing behind and gives its connection back', async () => {
    const begun = performance.now()
    const attempt = shop.database.transaction({ ...context, deadline: Date.now() + 150 }, async inTx => {
      await open(7)(inTx)
      await shop.database.on(inTx).execute(sql`select pg_sleep(30)`)
    })
    await expect(attempt).rejects.toSatisfy(DeadlineExceeded.is)
    expect(performance.now() - begun).toBeLessThan(1_000)
    // The server heard of the deadline as well: it has stopped long before the statement would have been over.
    await eventually(async () => {
      const asleep = await shop.database.on(context).execute(sql`
        select 1 from pg_stat_activity
         where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()
           and datname = current_database()`)
      return asleep.length === 0
    })
    expect(performance.now() - begun).toBeLessThan(3_500)
    await Promise.all([1, 2, 3].map(() => shop.database.on(context).execute(sql`select 1`)))
    expect(await exists(7)).toBe(false)
  })

  it('ends when its signal is aborted', async () => {
    const caller = new AbortController()
    const attempt = shop.database.transaction({ ...context, signal: caller.signal }, async inTx => {
      await open(8)(inTx)
      caller.abort()
      await open(9)(inTx)
    })
    await expect(attempt).rejects.toSatisfy(DeadlineExceeded.is)
    expect(await exists(8)).toBe(false)
  })

  it('whose work dawdles loses its connection, and with it whatever it did', async () => {
    await using hasty = await givenShop({ statementTimeoutMs: 50 })
    const attempt = hasty.database.transaction(context, async inTx => {
      await hasty.database.on(inTx).execute(sql`insert into shop.account (id) values (1)`)
      await eventually(async () => {
        const dawdling = sql`select 1 from pg_stat_activity where state = 'idle in transaction' and datname = current_database()`
        return (await hasty.database.on(context).execute(dawdling)).length === 0
      })
    })
    await expect(attempt).rejects.toSatisfy(Unavailable.is)
    expect(await hasty.database.on(context).execute(sql`select 1 from shop.account`)).toEqual([])
  })

  it('that lost a deadlock is Unavailable, with the SQLSTATE as its cause', async () => {
    await shop.database.transaction(context, open(10))
    await shop.database.transaction(context, open(11))
    const barrier = Promise.withResolvers<void>()
    let holding = 0
    const swap = (first: number, second: number) =>
      shop.database.transaction(context, async inTx => {
        const add = (id: number) =>
          shop.database.on(inTx).execute(sql`update shop.account set balance = balance + 1 where id = ${id}`)
        await add(first)
        holding += 1
        if (holding === 2) barrier.resolve()
        await barrier.promise
        await add(second)
      })
    const [loser] = (await Promise.allSettled([swap(10, 11), swap(11, 10)])).flatMap(outcome =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    )
    expect(Unavailable.is(loser)).toBe(true)
    expect(sqlStateOf(loser)).toBe('40P01')
  })
})
