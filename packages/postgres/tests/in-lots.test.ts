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

  it('is begun at once for one, and together for those who come while two lots are under way', async () => {
    const first = doubled(context, 1)
    await expect.poll(() => lots).toEqual([[1]])
    const second = doubled(context, 2)
    await expect.poll(() => lots).toEqual([[1], [2]])
    const others = [3, 4, 5].map(n => doubled(context, n))
    await new Promise(resolve => setTimeout(resolve, 20))
    expect(lots).toHaveLength(2)
    gate.resolve()
    expect(await Promise.all([first, second, ...others])).toEqual([2, 4, 6, 8, 10])
    expect(lots).toEqual([[1], [2], [3, 4, 5]])
  })

  it('never takes two of one name together', async () => {
    gate.resolve()
    expect(await Promise.all([7, 7, 7, 8].map(n => doubled(context, n)))).toEqual([14, 14, 14, 16])
    expect(lots).toHaveLength(3)
    for (const lot of lots) expect(new Set(lot).size).toBe(lot.length)
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
})
