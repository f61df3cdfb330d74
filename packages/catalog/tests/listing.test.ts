import type { catalogContract, Product } from '@plinth/catalog-contract'
import { contextOf, type InputOf, InvalidCursor, newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { aVariant, type Given, givenCatalog, internal, userWith } from './given.ts'

type Query = Partial<InputOf<typeof catalogContract, 'listProducts'>>

let given: Given
let all: Product[]
beforeAll(async () => {
  given = await givenCatalog()
  all = []
  for (let index = 0; index < 23; index++) {
    const amount = [500, 900, 900, 1500][index % 4] ?? 0
    const variants = [
      aVariant({ price: { amount, currency: 'USD' }, stock: index % 3 }),
      aVariant({ price: { amount: amount + 1000, currency: 'USD' }, stock: 0 }),
    ]
    all.push(
      await given.givenProduct({ title: `Lamp ${index}`, description: 'lamp '.repeat(index % 5), variants }),
    )
  }
  const unsellable = await given.givenProduct({ title: 'Lamp without a price' })
  for (const { id: variantId } of unsellable.variants)
    await given.call.updateVariant(given.selling, { variantId, changes: { active: false } })
  all.push(await given.call.getProduct(given.selling, { idOrSlug: unsellable.id }))
  await given.givenProduct({ title: 'Lamp that is a draft', status: 'draft' })
})
afterAll(() => given[Symbol.asyncDispose]())

const list = (query: Query) => given.call.listProducts(contextOf(), { limit: 100, ...query })
const walk = async (query: Query, limit: number) => {
  const found: Product[] = []
  let cursor: string | undefined
  do {
    const page = await list({ ...query, limit, ...(cursor !== undefined && { cursor }) })
    expect(page.data.length).toBeLessThanOrEqual(limit)
    found.push(...page.data)
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
  return found
}
const lowest = ({ priceRange }: Product) => priceRange?.min.amount

describe('walking the pages', () => {
  const queries: Query[] = [
    {},
    { sort: 'newest' },
    { sort: 'price_asc' },
    { sort: 'price_desc' },
    { sort: 'relevance', q: 'lamp' },
    { q: 'lmap' },
    { sort: 'price_asc', q: 'lamp' },
    { sort: 'relevance' },
  ]
  test.each(queries)('visits every product exactly once: %j', async query => {
    for (const limit of [1, 5, 24]) {
      const found = await walk(query, limit)
      expect(found.map(({ id }) => id).toSorted()).toEqual(all.map(({ id }) => id).toSorted())
    }
  })

  test('comes newest first', async () => {
    expect((await walk({}, 7)).map(({ id }) => id)).toEqual(all.map(({ id }) => id).toReversed())
  })

  test('comes by the lowest price up or down, what nobody can buy last', async () => {
    const up = (await walk({ sort: 'price_asc' }, 7)).map(lowest)
    const down = (await walk({ sort: 'price_desc' }, 7)).map(lowest)
    const prices = all.flatMap(each => lowest(each) ?? []).toSorted((a, b) => a - b)
    expect(up).toEqual([...prices, undefined])
    expect(down).toEqual([...prices.toReversed(), undefined])
  })

  test('a cursor is refused with another query, and so is one that is broken', async () => {
    const { nextCursor } = await list({ limit: 2, sort: 'price_asc' })
    for (const query of [
      { cursor: nextCursor ?? '' },
      { cursor: 'x' },
      { cursor: '', sort: 'price_asc' as const },
    ]) {
      const refusal = await list(query).catch((error: unknown) => error)
      expect(InvalidCursor.is(refusal)).toBe(true)
    }
  })

  test('a cursor goes on with the order it has without a name once that is named', async () => {
    for (const [query, sort] of [
      [{}, 'newest'],
      [{ q: 'lamp' }, 'relevance'],
    ] as const) {
      const { nextCursor } = await list({ ...query, limit: 1 })
      const rest = { ...query, limit: 3, cursor: nextCursor ?? '' }
      expect(await list({ ...rest, sort })).toEqual(await list(rest))
    }
  })

  test('a forged position is a position like any other, not an error', async () => {
    const { nextCursor } = await list({ limit: 2, sort: 'price_asc' })
    const [fingerprint] = JSON.parse(Buffer.from(nextCursor ?? '', 'base64url').toString())
    for (const key of [1.5, 1e300, -1e300]) {
      const forged = Buffer.from(JSON.stringify([fingerprint, [key, all[0]?.id]])).toString('base64url')
      expect(await list({ cursor: forged, limit: 2, sort: 'price_asc' })).toHaveProperty('data')
    }
  })
})

describe('filtering', () => {
  test('by price finds what has an active variant in the range', async () => {
    const { data } = await list({ minPrice: 600, maxPrice: 1499 })
    expect(new Set(data.map(lowest))).toEqual(new Set([900]))
    expect((await list({ minPrice: 1500, maxPrice: 1500 })).data.map(lowest)).toContain(500)
    expect((await list({ minPrice: 2, maxPrice: 1 })).data).toEqual([])
  })

  test('by stock finds what can be bought now, or what cannot', async () => {
    const inStock = (await list({ inStock: true })).data
    const soldOut = (await list({ inStock: false })).data
    const buyable = ({ variants }: Product) =>
      variants.some(({ active, available }) => active && available > 0)
    expect(inStock.length).toBeGreaterThan(10)
    expect(inStock.every(buyable)).toBe(true)
    expect(soldOut.some(buyable)).toBe(false)
    expect(inStock.length + soldOut.length).toBe(23)
  })

  test('by seller', async () => {
    expect((await list({ sellerId: all[0]?.sellerId })).data).toHaveLength(24)
    expect((await list({ sellerId: newId() })).data).toHaveLength(0)
  })

  test('by category, with all that is below it', async () => {
    const home = await given.call.createCategory(given.admin, { name: 'Home' })
    const lamps = await given.call.createCategory(given.admin, { name: 'Lamps', parentId: home.id })
    const desk = await given.call.createCategory(given.admin, { name: 'Desk lamps', parentId: lamps.id })
    const made = await given.givenProduct({ title: 'Desk light', categoryIds: [desk.id, lamps.id] })
    for (const categoryId of [home.id, lamps.id, desk.id])
      expect((await list({ categoryId })).data.map(({ id }) => id)).toEqual([made.id])
    await given.call.archiveProduct(given.selling, { productId: made.id })
  })
})

describe('the own products', () => {
  test('are listed with drafts, newest first, by status, and nobody else’s', async () => {
    const other = contextOf(userWith('seller'))
    const names = async (query: object) => {
      const { data } = await given.call.listOwnProducts(other, { limit: 20, ...query })
      return data.map(({ title }) => title)
    }
    expect(await names({})).toEqual([])
    for (const status of ['draft', 'published'] as const)
      await given.call.createProduct(other, {
        title: status,
        description: '',
        status,
        variants: [aVariant()],
      })
    expect(await names({})).toEqual(['published', 'draft'])
    expect(await names({ status: 'draft' })).toEqual(['draft'])
    const first = await given.call.listOwnProducts(other, { limit: 1 })
    const second = await given.call.listOwnProducts(other, { limit: 1, cursor: first.nextCursor ?? '' })
    expect([first, second].flatMap(({ data }) => data.map(({ title }) => title))).toEqual([
      'published',
      'draft',
    ])
    expect(second.nextCursor).toBeNull()
  })
})

test('lists are read from indexes, in their order', async () => {
  const plans = await given.database.transaction(internal, async inTx => {
    const queries = given.database.on(inTx)
    await queries.execute(sql`set local enable_seqscan = off`)
    await queries.execute(sql`set local enable_sort = off`)
    await queries.execute(sql`set local enable_bitmapscan = off`)
    const explain = async (order: string) => {
      const rows = await queries.execute<Record<string, string>>(
        sql.raw(
          `explain select id from catalog.product p where status = 'published' order by ${order} limit 20`,
        ),
      )
      return rows.map(row => Object.values(row)[0]).join('\n')
    }
    return {
      newest: await explain('p.id desc'),
      up: await explain('coalesce(p.min_price, 10000000001), p.id'),
      down: await explain('coalesce(p.min_price, -1) desc, p.id desc'),
    }
  })
  expect(plans.newest).toContain('product_newest')
  expect(plans.up).toContain('product_price_asc')
  expect(plans.down).toContain('product_price_desc')
  expect(Object.values(plans).join()).not.toContain('Sort')
})
