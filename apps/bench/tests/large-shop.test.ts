import { checkInvariants } from '@plinth/invariants'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenLargeShop, type LargeShop } from './given-large-shop.ts'

let shop: LargeShop
beforeAll(async () => {
  shop = await givenLargeShop(0.01)
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
