import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenGateway } from './gateway.ts'
import { aBuyer, type Given, givenCarts } from './given.ts'

let given: Given
let gateway: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenCarts()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const send: typeof gateway.send = (...request) => gateway.send(...request)
const add = (as: ReturnType<typeof aBuyer>, variantId: string, quantity: number) =>
  send('POST', '/v1/cart/items', { as, body: { variantId, quantity } })

describe('the routes of the cart', () => {
  test('fill it, change it and empty it', async () => {
    const as = aBuyer()
    const { variantId, productId } = given.shelf.put()
    const added = await add(as, variantId, 2)
    expect([added.status, added.body]).toEqual([
      200,
      {
        id: expect.any(String),
        lines: [
          {
            variantId,
            productId,
            sku: 'LINEN-M',
            title: 'Linen shirt, M',
            quantity: 2,
            unitPrice: { amount: 4900, currency: 'USD' },
            lineTotal: { amount: 9800, currency: 'USD' },
            available: 10,
            problem: null,
          },
        ],
        itemCount: 2,
        subtotal: { amount: 9800, currency: 'USD' },
        updatedAt: expect.stringMatching(/Z$/),
      },
    ])
    const seen = await send('GET', '/v1/cart', { as })
    expect([seen.status, seen.body, seen.headers['cache-control']]).toEqual([200, added.body, 'no-store'])
    const url = `/v1/cart/items/${variantId}`
    expect((await send('PUT', url, { as, body: { quantity: 5 } })).body.itemCount).toBe(5)
    expect((await send('PUT', url, { as, body: { quantity: 0 } })).body.lines).toEqual([])
    for (const _ of [1, 2]) expect((await send('DELETE', url, { as })).status).toBe(200)
    await add(as, variantId, 1)
    const cleared = await send('DELETE', '/v1/cart', { as })
    expect([cleared.status, cleared.body]).toEqual([204, undefined])
    expect((await send('GET', '/v1/cart', { as })).body.lines).toEqual([])
  })

  test('refuse what does not fit', async () => {
    const as = aBuyer()
    const { variantId } = given.shelf.put()
    const refused = async (quantity: unknown, other: object = {}) => {
      const body = { variantId, quantity, ...other }
      const answer = await send('POST', '/v1/cart/items', { as, body })
      return [answer.status, answer.body.code, answer.body.errors?.[0]?.pointer]
    }
    for (const quantity of [0, 1000, 1.5, '1', null])
      expect(await refused(quantity)).toEqual([400, 'validation_failed', '/quantity'])
    expect(await refused(1, { price: 1 })).toEqual([400, 'validation_failed', '/price'])
    expect(await refused(1, { variantId: 'shirt' })).toEqual([400, 'validation_failed', '/variantId'])
    expect(await refused(1, { variantId: newId() })).toEqual([404, 'not_found', undefined])
    expect((await add(as, variantId, 999)).status).toBe(200)
    expect(await refused(1)).toEqual([409, 'quantity_limit', undefined])
    const unknown = await send('PUT', `/v1/cart/items/${newId()}`, { as, body: { quantity: 1 } })
    expect(unknown.status).toBe(404)
  })

  test('are for buyers', async () => {
    const seller = { ...aBuyer(), roles: ['seller'] }
    for (const [method, url] of [
      ['GET', '/v1/cart'],
      ['POST', '/v1/cart/items'],
      ['PUT', `/v1/cart/items/${newId()}`],
      ['DELETE', `/v1/cart/items/${newId()}`],
      ['DELETE', '/v1/cart'],
    ] as const) {
      expect((await send(method, url)).status).toBe(401)
      expect((await send(method, url, { as: seller })).status).toBe(403)
    }
  })

  test('tell by ETag whether the cart is what the client saw', async () => {
    const as = aBuyer()
    const { variantId } = given.shelf.put()
    await add(as, variantId, 1)
    const etag = String((await send('GET', '/v1/cart', { as })).headers.etag)
    const unchanged = await send('GET', '/v1/cart', { as, headers: { 'if-none-match': etag } })
    expect(unchanged.status).toBe(304)
    const url = `/v1/cart/items/${variantId}`
    const change = () => send('PUT', url, { as, body: { quantity: 2 }, headers: { 'if-match': etag } })
    const changed = await change()
    expect(changed.status).toBe(200)
    expect(changed.headers.etag).toBe((await send('GET', '/v1/cart', { as })).headers.etag)
    const stale = await change()
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
    for (const path of [url, '/v1/cart'])
      expect((await send('DELETE', path, { as, headers: { 'if-match': etag } })).status).toBe(412)
    const headers = { 'if-match': String(changed.headers.etag) }
    expect((await send('DELETE', '/v1/cart', { as, headers })).status).toBe(204)
  })
})
