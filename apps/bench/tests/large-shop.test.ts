import { checkInvariants } from '@plinth/invariants'
import { createTestDatabase, eventually, type TappedStatement } from '@plinth/testing'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { prepare } from '../src/large/prepare.ts'
import { givenLargeShop, type LargeShop, type Sent } from './given-large-shop.ts'
import { lookAt, plannerSettingsOf, wholeWhenKept } from './plans.ts'
import { type Known, knownIn, requestsOf } from './requests.ts'

let shop: LargeShop
let known: Known
let settings: string
beforeAll(async () => {
  shop = await givenLargeShop(0.01)
  known = await knownIn(shop.sql)
  settings = await plannerSettingsOf(shop.databaseUrl)
})
afterAll(() => shop?.[Symbol.asyncDispose]())

describe('the data of a large shop', () => {
  test('violates no invariant', async () => {
    const findings = await checkInvariants(shop.databaseUrl)
    expect(findings.filter(({ violations }) => violations > 0)).toEqual([])
  })

  test('has in its index of products what the catalog itself would have put there', async () => {
    const read = () => shop.sql`
      select p.id, min_price, max_price, search::text, (select count(*) from catalog.search_word) as words
        from catalog.product p where id = any(${sample.map(({ id }) => id)}::uuid[]) order by id`
    const sample = await shop.sql<{ id: string; seller_id: string; title: string }[]>`
      select id, seller_id, title from catalog.product where status = 'published' order by slug limit 25`
    const before = [...(await read())]
    for (const { id, seller_id, title } of sample) {
      const as = { id: seller_id, roles: ['user', 'seller'] }
      const { status } = await shop.send({ method: 'PATCH', path: `/v1/products/${id}`, as, body: { title } })
      expect(status).toBe(200)
    }
    expect([...(await read())]).toEqual(before)
  })
})

/** Rows of one table: what is found and what was looked at besides. A search ranks up to 500 products. */
const mostRead = 5_000

describe('on the data of a large shop', () => {
  /** Tables that hold a row for each product, user or order, or more. Queues and settings are not among them. */
  const growing = async () => {
    const tables = await shop.sql<{ name: string }[]>`
      select n.nspname || '.' || c.relname as name
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where c.relkind = 'r' and c.reltuples >= 4000 and n.nspname not like 'pg_%' and c.relname <> 'search_word'`
    return new Set(tables.map(({ name }) => name))
  }

  test('no request that the API document names reads much of a table that grows', async () => {
    const tables = await growing()
    expect([...tables]).toEqual(
      expect.arrayContaining([
        'catalog.product',
        'catalog.variant',
        'orders.order',
        'orders.sale',
        'payments.payment',
      ]),
    )
    const bad: string[] = []
    for (const request of requestsOf(known)) {
      const name = `${request.method ?? 'GET'} ${request.path}`
      shop.tap.take()
      const { status, json } = await shop.send(request)
      expect([name, status, status < 300 ? undefined : json]).toEqual([
        name,
        request.status ?? 200,
        undefined,
      ])
      for (const statement of shop.tap.take()) {
        const { whole, rows } = await lookAt(shop.sql, settings, statement)
        const text = statement.text.replaceAll(/\s+/g, ' ').slice(0, 300)
        for (const table of whole) if (tables.has(table)) bad.push(`${name}: all of ${table}: ${text}`)
        for (const [table, read] of rows)
          if (tables.has(table) && read > mostRead) bad.push(`${name}: ${read} of ${table}: ${text}`)
      }
    }
    expect([...new Set(bad)]).toEqual([])
  })

  test('no plan that was kept from when the shop was empty reads all of a table that grows', async () => {
    const small = ['plinth.migration', 'users.role', 'catalog.category', 'payments.sandbox_setting']
    await using database = await createTestDatabase({ name: 'empty' })
    await prepare(database.url)
    const empty = postgres(database.url, { max: 1, onnotice: () => undefined })
    for (const request of requestsOf(known)) await shop.send(request)
    const statements = new Map<string, TappedStatement>()
    // Until what follows from them is done, too.
    await eventually(() => {
      for (const statement of shop.tap.take()) statements.set(statement.text, statement)
      return [...statements.keys()].some(text => text.includes('insert into notifications.notification'))
    })
    const bad: string[] = []
    for (const statement of statements.values()) {
      const text = statement.text.replaceAll(/\s+/g, ' ').slice(0, 300)
      const whole = await wholeWhenKept(empty, settings, statement)
      bad.push(...whole.filter(table => !small.includes(table)).map(table => `${table}: ${text}`))
    }
    await empty.end()
    expect([...new Set(bad)]).toEqual([])
  })

  test('every operation that the API document names is among those requests', async () => {
    const { json } = await shop.send({ path: '/openapi.json' })
    const { paths } = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) }).parse(json)
    const sent = requestsOf(known).map(({ method = 'GET', path }: Sent) => `${method} ${path.split('?')[0]}`)
    const missing = Object.entries(paths)
      .flatMap(([path, methods]) =>
        Object.keys(methods).map(method => ({ method: method.toUpperCase(), path })),
      )
      .filter(({ method, path }) => {
        const shape = new RegExp(`^${method} ${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)
        return method === 'GET' && !sent.some(each => shape.test(each))
      })
    expect(missing).toEqual([])
  })
})
