import { type InTx, Unavailable } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { context, givenShop } from './given.ts'

describe('when a backend dies within a transaction', () => {
  let shop: Awaited<ReturnType<typeof givenShop>>
  let executioner: postgres.Sql
  beforeAll(async () => {
    shop = await givenShop({ max: 6, applicationName: 'victim' })
    executioner = postgres(shop.url, { max: 1, onnotice: () => undefined })
  })
  afterAll(async () => {
    await executioner.end()
    await shop[Symbol.asyncDispose]()
  })

  const entriesOf = (attempt: string) =>
    executioner`select step from shop.entry where attempt = ${attempt} order by step`

  it('the driver alone lets a statement escape to the next connection: why we do not use its begin', async () => {
    await using _ = {
      [Symbol.asyncDispose]: () => alone.end({ timeout: 0 }),
    }
    const alone = postgres(shop.url, { max: 1, backoff: () => 0.01, onnotice: () => undefined })
    const goOn = Promise.withResolvers<void>()
    const over = Promise.withResolvers<unknown>()
    const begun = alone.begin(async tx => {
      const [row] = await tx`select pg_backend_pid() as pid`
      await executioner`select pg_terminate_backend(${row?.pid})`
      await goOn.promise
      await tx`insert into shop.entry (attempt, step) values ('escaped', 1)`.then(over.resolve, over.resolve)
    })
    await expect(begun).rejects.toThrow('CONNECTION_CLOSED')
    await alone`select 1`
    goOn.resolve()
    await over.promise
    expect(await entriesOf('escaped')).toHaveLength(1)
  })

  it('our handle refuses every later statement, and nothing of it reaches the server', async () => {
    const add = (inTx: InTx, step: number) =>
      shop.database.on(inTx).execute(sql`insert into shop.entry (attempt, step) values ('refused', ${step})`)
    const rest = Promise.withResolvers<PromiseSettledResult<unknown>[]>()
    const attempt = shop.database.transaction(context, async inTx => {
      await add(inTx, 1)
      const [row] = await shop.database.on(inTx).execute<{ pid: number }>(sql`select pg_backend_pid() as pid`)
      await executioner`select pg_terminate_backend(${row?.pid ?? 0})`
      // Some are sent before the end of the connection is known, some after it was replaced.
      const early = Promise.allSettled([2, 3, 4].map(step => add(inTx, step)))
      await early
      await shop.database.on(context).execute(sql`select 1`)
      rest.resolve([...(await early), ...(await Promise.allSettled([5, 6].map(step => add(inTx, step))))])
    })
    await expect(attempt).rejects.toSatisfy(Unavailable.is)
    for (const outcome of await rest.promise) {
      expect(outcome.status === 'rejected' && Unavailable.is(outcome.reason)).toBe(true)
    }
    expect(await entriesOf('refused')).toEqual([])
  })

  it('250 times under load: every transaction is there whole or not at all, as its caller was told', async () => {
    const steps = 4
    let killed = 0
    let slowest = 0
    const told = { committed: new Set<string>(), gone: new Set<string>(), unknown: new Set<string>() }

    const attempt = async (name: string) => {
      let complete = false
      const begun = performance.now()
      try {
        await shop.database.transaction(context, async inTx => {
          const failures: unknown[] = []
          for (let step = 1; step <= steps; step++) {
            await shop.database
              .on(inTx)
              .execute(sql`insert into shop.entry (attempt, step) values (${name}, ${step})`)
              .catch(error => failures.push(error))
          }
          complete = failures.length === 0
        })
        told.committed.add(name)
      } catch (error) {
        if (!Unavailable.is(error)) throw error
        told[complete ? 'unknown' : 'gone'].add(name)
      } finally {
        slowest = Math.max(slowest, performance.now() - begun)
      }
    }

    const worker = async (id: number) => {
      for (let round = 0; killed < 250; round++) await attempt(`${id}.${round}`)
    }
    const kill = async () => {
      while (killed < 250) {
        const [count] = await executioner`
          select count(pg_terminate_backend(pid))::int as killed
            from (select pid from pg_stat_activity where application_name = 'victim' and state <> 'idle'
                   and datname = current_database() order by random() limit 3) as victim`
        killed += count?.killed ?? 0
        // Some must come through, or there is nothing to compare with.
        await eventually(() => told.committed.size >= killed / 5)
      }
    }
    await Promise.all([kill(), ...Array.from({ length: 12 }, (_, id) => worker(id))])

    // A backend that was told to go may still be at its last commit.
    await eventually(async () => {
      const [left] = await executioner`
        select count(*)::int as n from pg_stat_activity where application_name = 'victim' and xact_start is not null`
      return left?.n === 0
    })
    const rows =
      await executioner`select attempt, count(*)::int as n from shop.entry where attempt like '%.%' group by 1`
    expect(rows.filter(row => row.n !== steps)).toEqual([])
    const there = new Set(rows.map(row => row.attempt))
    expect([...told.committed].filter(name => !there.has(name))).toEqual([])
    expect([...told.gone].filter(name => there.has(name))).toEqual([])
    expect(told.gone.size).toBeGreaterThan(50)
    expect(slowest).toBeLessThan(5_000)
    await expect(shop.database.on(context).execute(sql`select 1 as one`)).resolves.toEqual([{ one: 1 }])
  })
})
