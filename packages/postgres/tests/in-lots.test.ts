import { Unavailable } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { inLots } from '../src/index.ts'
import { context, givenShop } from './given.ts'

const counting = (count: number) => Array.from({ length: count }, (_, n) => n)

describe('Work that is done in lots', () => {
  /** What each lot was asked to do. */
  let lots: (readonly number[])[]
  /** What the lots wait for. */
  let gate: PromiseWithResolvers<void>
  const doubled = inLots({
    nameOf: (n: number) => String(n),
    work: async (_, items) => {
      lots.push(items)
      await gate.promise
      return items.map(n => n * 2)
    },
  })
  beforeEach(() => {
    lots = []
    gate = Promise.withResolvers()
  })

  it('gives everybody the own result', async () => {
    gate.resolve()
    const results = await Promise.all(counting(1000).map(n => doubled(context, n)))
    expect(results).toEqual(counting(1000).map(n => n * 2))
    expect(lots.flat().toSorted((a, b) => a - b)).toEqual(counting(1000))
    expect(Math.max(...lots.map(({ length }) => length))).toBe(100)
  })

  it('is begun at once for one, and together for those who come while a lot is under way; a second is begun once the first takes long', async () => {
    const first = doubled(context, 1)
    await expect.poll(() => lots).toEqual([[1]])
    const second = doubled(context, 2)
    // In a later turn: it would not be in the lot of one that is begun at once.
    await new Promise(resolve => setTimeout(resolve, 5))
    const third = doubled(context, 3)
    await expect.poll(() => lots).toEqual([[1], [2, 3]])
    const others = [4, 5, 6].map(n => doubled(context, n))
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(lots).toHaveLength(2)
    gate.resolve()
    expect(await Promise.all([first, second, third, ...others])).toEqual([2, 4, 6, 8, 10, 12])
    expect(lots).toEqual([[1], [2, 3], [4, 5, 6]])
  })

  it('never takes two of one name together', async () => {
    gate.resolve()
    expect(await Promise.all([7, 7, 7, 8].map(n => doubled(context, n)))).toEqual([14, 14, 14, 16])
    expect(lots).toHaveLength(3)
    for (const lot of lots) expect(new Set(lot).size).toBe(lot.length)
  })

  it('never does two of one name at a time, though there is room for another lot', async () => {
    const first = doubled(context, 7)
    await expect.poll(() => lots).toEqual([[7]])
    const others = [7, 8].map(n => doubled(context, n))
    await expect.poll(() => lots).toEqual([[7], [8]])
    gate.resolve()
    expect(await Promise.all([first, ...others])).toEqual([14, 14, 16])
    expect(lots).toEqual([[7], [8], [7]])
  })

  it('takes whoever came last where more have waited for long than a lot holds', async () => {
    const held = [doubled(context, 1)]
    await expect.poll(() => lots).toEqual([[1]])
    held.push(doubled(context, 2))
    await expect.poll(() => lots).toEqual([[1], [2]])
    const numbers = counting(150).map(n => n + 10)
    held.push(...numbers.map(n => doubled(context, n)))
    await new Promise(resolve => setTimeout(resolve, 550))
    gate.resolve()
    await Promise.all(held)
    expect(lots[2]).toEqual(numbers.toReversed().slice(0, 100))
    expect(lots[3]).toEqual(numbers.slice(0, 50))
  })

  it('lets everybody leave at the own deadline, and does nothing for who has left before it begins', async () => {
    const held = [doubled(context, 1)]
    await expect.poll(() => lots).toEqual([[1]])
    held.push(doubled(context, 2))
    await expect.poll(() => lots).toEqual([[1], [2]])
    const patient = doubled(context, 3)
    const hasty = doubled({ ...context, deadline: Date.now() + 20 }, 4)
    await expect(hasty).rejects.toMatchObject({ code: 'deadline_exceeded' })
    gate.resolve()
    expect(await Promise.all([...held, patient])).toEqual([2, 4, 6])
    expect(lots).toEqual([[1], [2], [3]])
    await expect(doubled({ ...context, signal: AbortSignal.abort() }, 5)).rejects.toMatchObject({
      code: 'deadline_exceeded',
    })
  })
})

describe('A lot', () => {
  let shop: Awaited<ReturnType<typeof givenShop>>
  let sizes: number[]
  beforeAll(async () => {
    shop = await givenShop()
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())
  beforeEach(() => {
    sizes = []
  })

  it('that PostgreSQL refuses for the sake of one is done one by one: the others have what they asked for', async () => {
    const open = inLots({
      work: async (lotContext, balances: readonly number[]) => {
        sizes.push(balances.length)
        return shop.database.on(lotContext).execute<{ balance: number }>(sql`
          insert into shop.account (id, balance)
          select nextval(pg_get_serial_sequence('shop.entry', 'id')), balance
            from unnest(${sql.param(balances)}::bigint[]) with ordinality as _ (balance, position) order by position
          returning balance`)
      },
    })
    const outcomes = await Promise.allSettled([5, -1, 7].map(balance => open(context, balance)))
    expect(
      outcomes.map(each => (each.status === 'fulfilled' ? Number(each.value.balance) : 'refused')),
    ).toEqual([5, 'refused', 7])
    expect(sizes).toEqual([3, 1, 1, 1])
  })

  it('whose fate is unknown is not done again', async () => {
    const lost = inLots({
      work: async (_, items: readonly number[]) => {
        sizes.push(items.length)
        throw Unavailable()
      },
    })
    const outcomes = await Promise.allSettled([1, 2].map(n => lost(context, n)))
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(sizes).toEqual([2])
  })

  it('of callers in a transaction is done there, together with those of the same one, and gone when it is rolled back', async () => {
    const open = inLots({
      nameOf: String,
      work: async (lotContext, balances: readonly number[]) => {
        sizes.push(balances.length)
        await shop.database.on(lotContext).execute(sql`
          insert into shop.account (id, balance)
          select nextval(pg_get_serial_sequence('shop.entry', 'id')), balance
            from unnest(${sql.param(balances)}::bigint[]) as _ (balance)`)
        return balances
      },
    })
    const count = async (of: Parameters<typeof open>[0]) => {
      const [row] = await shop.database
        .on(of)
        .execute<{ count: number }>(sql`select count(*) from shop.account where balance > 1000`)
      return row?.count
    }
    const within = await shop.database
      .transaction(context, async inTx => {
        const opened = await Promise.all([1001, 1002, 1002, 1003].map(balance => open(inTx, balance)))
        throw Object.assign(new Error('no'), { opened, seen: await count(inTx) })
      })
      .catch((error: unknown) => error)
    expect(within).toMatchObject({ message: 'no', opened: [1001, 1002, 1002, 1003], seen: 4 })
    expect(sizes).toEqual([3, 1])
    expect(await count(context)).toBe(0)
  })

  it('of two transactions is never one', async () => {
    const mine = inLots({
      work: async (lotContext, items: readonly string[]) => {
        sizes.push(items.length)
        const [row] = await shop.database
          .on(lotContext)
          .execute<{ id: string }>(sql`select pg_current_xact_id()::text as id`)
        return items.map(() => row?.id)
      },
    })
    const [one, other] = await Promise.all(
      ['one', 'other'].map(name =>
        shop.database.transaction(context, inTx => Promise.all([mine(inTx, name), mine(inTx, name)])),
      ),
    )
    expect(one?.[0]).toBe(one?.[1])
    expect(other?.[0]).toBe(other?.[1])
    expect(one?.[0]).not.toBe(other?.[0])
    expect(sizes).toEqual([2, 2])
  })
})
