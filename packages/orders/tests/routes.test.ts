import { etagOf, newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type GivenGateway, givenGateway } from './gateway.ts'
import { aCheckout, type Given, givenOrders, userWith } from './given.ts'

let given: Given
let gateway: GivenGateway
let variant: Awaited<ReturnType<Given['givenVariant']>>
const buyer = userWith('user')
const seller = userWith('user', 'seller')
const admin = userWith('user', 'admin')

beforeAll(async () => {
  given = await givenOrders()
  gateway = await givenGateway(given)
  variant = await given.givenVariant({ stock: 1000, sellerId: seller.id })
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})
beforeEach(() => given.givenCart([{ variantId: variant.id, quantity: 1 }], buyer.id))

const checkout = (body: object = aCheckout(), key: string = newId()) =>
  gateway.send('POST', '/v1/checkout', { as: buyer, body, headers: { 'idempotency-key': key } })

describe('POST /v1/checkout', () => {
  it('answers 201 with the paid order, where it is and its ETag', async () => {
    const { status, headers, body } = await checkout()
    expect(status).toBe(201)
    expect(body).toMatchObject({ status: 'paid', payment: { status: 'captured' } })
    expect(headers.location).toBe(`/v1/orders/${body.id}`)
    expect(headers.etag).toBe(etagOf(body))
  })

  it('repeats its answer byte for byte', async () => {
    const key = newId()
    const first = await checkout(aCheckout(), key)
    const again = await checkout(aCheckout(), key)
    expect(again).toMatchObject({
      status: 201,
      text: first.text,
      headers: { location: first.headers.location },
    })
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect((await checkout(aCheckout('tok_declined'), key)).status).toBe(422)
  })

  it('answers 402 with the order that failed, and says so again', async () => {
    const key = newId()
    const first = await checkout(aCheckout('tok_declined'), key)
    expect(first).toMatchObject({
      status: 402,
      body: { code: 'payment_declined', orderId: expect.any(String) },
    })
    expect(await checkout(aCheckout('tok_declined'), key)).toMatchObject({ status: 402, text: first.text })
    const { body } = await gateway.send('GET', `/v1/orders/${first.body.orderId}`, { as: buyer })
    expect(body).toMatchObject({ status: 'failed', payment: { status: 'declined' } })
  })

  it('answers 503 when nothing was charged, and takes the same key again', async () => {
    const key = newId()
    const request = aCheckout('tok_unavailable')
    expect(await checkout(request, key)).toMatchObject({ status: 503, body: { code: 'payment_unavailable' } })
    expect((await checkout(aCheckout(), key)).status).toBe(201)
  })

  it.each([
    ['paid', 'tok_approved', 201],
    ['declined', 'tok_declined', 402],
    ['not charged', 'tok_unavailable', 402],
  ])('answers 202 while nobody knows, and then as things stand: %s', async (_, token, status) => {
    const key = newId()
    const request = aCheckout('tok_pending')
    const first = await checkout(request, key)
    expect(first).toMatchObject({
      status: 202,
      body: { status: 'pending_payment', payment: { status: 'pending' } },
    })
    expect(first.headers.location).toBe(`/v1/orders/${first.body.id}`)
    expect(await checkout(request, key)).toMatchObject({ status: 202, body: first.body })
    await given.changeToken(first.body.id, token)
    await given.reconcile()
    expect((await checkout(request, key)).status).toBe(status)
    const orders = await given.rows(sql`select 1 from orders.checkout_key where key = ${key}`)
    expect(orders).toHaveLength(1)
  })

  it.each([
    ['a field there is not', { ...aCheckout(), price: 1 }, '/price'],
    [
      'a country that is none',
      { ...aCheckout(), shippingAddress: { ...aCheckout().shippingAddress, country: 'England' } },
      '/shippingAddress/country',
    ],
    [
      'an expectation below nothing',
      { ...aCheckout(), expectedTotal: { amount: -1, currency: 'USD' } },
      '/expectedTotal/amount',
    ],
    [
      'a provider there is not',
      { ...aCheckout(), payment: { provider: 'bank', token: 't' } },
      '/payment/provider',
    ],
  ])('answers 400 to %s', async (_, body, pointer) => {
    expect(await checkout(body)).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ pointer }] },
    })
  })

  it('needs a key and a user', async () => {
    expect(await gateway.send('POST', '/v1/checkout', { as: buyer, body: aCheckout() })).toMatchObject({
      status: 400,
      body: { code: 'idempotency_key_required' },
    })
    expect(await gateway.send('POST', '/v1/checkout', { body: aCheckout() })).toMatchObject({ status: 401 })
  })

  it('answers 409 and says why, and takes the same key again once it is mended', async () => {
    const key = newId()
    await given.givenCart([], buyer.id)
    expect(await checkout(aCheckout(), key)).toMatchObject({ status: 409, body: { code: 'cart_empty' } })
    const scarce = await given.givenVariant({ stock: 1 })
    await given.givenCart([{ variantId: scarce.id, quantity: 2 }], buyer.id)
    expect(await checkout(aCheckout(), key)).toMatchObject({
      status: 409,
      body: { code: 'insufficient_stock', lines: [{ variantId: scarce.id, requested: 2, available: 1 }] },
    })
    const expectedTotal = { amount: 1, currency: 'USD' }
    await given.givenCart([{ variantId: scarce.id, quantity: 1 }], buyer.id)
    expect(await checkout({ ...aCheckout(), expectedTotal }, newId())).toMatchObject({
      status: 409,
      body: { code: 'price_changed', expectedTotal, total: { amount: 4900, currency: 'USD' } },
    })
    expect((await checkout(aCheckout(), key)).status).toBe(201)
  })
})

describe('orders', () => {
  it('are read by their buyer and by admins, one with its ETag', async () => {
    const { body: placed } = await checkout()
    const one = await gateway.send('GET', `/v1/orders/${placed.id}`, { as: buyer })
    expect(one).toMatchObject({ status: 200, body: placed, headers: { etag: etagOf(placed) } })
    const list = await gateway.send('GET', '/v1/orders?status=paid&limit=1', { as: buyer })
    expect(list).toMatchObject({ status: 200, body: { data: [placed], nextCursor: expect.any(String) } })
    const all = await gateway.send('GET', `/v1/admin/orders?userId=${buyer.id}&from=${placed.placedAt}`, {
      as: admin,
    })
    expect(all).toMatchObject({ status: 200, body: { data: [placed], nextCursor: null } })
  })

  it('are a 404 to anybody else, and to whom asks for what is no id', async () => {
    const { body: placed } = await checkout()
    for (const path of [`/v1/orders/${placed.id}`, '/v1/orders/1', `/v1/orders/${newId()}`])
      expect(await gateway.send('GET', path, { as: seller })).toMatchObject({
        status: 404,
        body: { code: 'not_found' },
      })
    expect((await gateway.send('GET', '/v1/admin/orders', { as: buyer })).status).toBe(403)
    expect((await gateway.send('GET', '/v1/orders?status=lost', { as: buyer })).status).toBe(400)
  })

  it('are cancelled with a reason or with no body at all, and again with no further effect', async () => {
    const { body: first } = await checkout()
    const path = `/v1/orders/${first.id}/cancel`
    const answer = await gateway.send('POST', path, { as: buyer, body: { reason: 'Changed my mind' } })
    expect(answer).toMatchObject({
      status: 200,
      body: { status: 'cancelled', payment: { status: 'refund_pending' } },
    })
    expect(await gateway.send('POST', path, { as: admin })).toMatchObject({ status: 200, body: answer.body })
    expect((await gateway.send('POST', path, { as: buyer, body: { why: 'x' } })).status).toBe(400)
  })
})

describe('sales', () => {
  it('are read and fulfilled by their seller', async () => {
    const { body: placed } = await checkout()
    const path = `/v1/seller/orders/${placed.id}`
    const sale = await gateway.send('GET', path, { as: seller })
    expect(sale).toMatchObject({
      status: 200,
      body: { id: placed.id, status: 'paid', lines: [{ status: 'open' }] },
    })
    expect(sale.headers.etag).toBe(etagOf(sale.body))
    expect(Object.keys(sale.body).sort()).toEqual([
      'id',
      'lines',
      'number',
      'placedAt',
      'shippingAddress',
      'status',
      'subtotal',
    ])
    const fulfilled = await gateway.send('POST', `${path}/fulfil`, { as: seller })
    expect(fulfilled).toMatchObject({
      status: 200,
      body: { status: 'fulfilled', lines: [{ status: 'fulfilled' }] },
    })
    expect(await gateway.send('POST', `${path}/fulfil`, { as: seller })).toMatchObject({
      status: 200,
      body: fulfilled.body,
    })
    expect(await gateway.send('POST', `/v1/orders/${placed.id}/cancel`, { as: buyer })).toMatchObject({
      status: 409,
      body: { code: 'not_cancellable' },
    })
    const list = await gateway.send('GET', '/v1/seller/orders?status=fulfilled', { as: seller })
    expect(list.body.data).toContainEqual(fulfilled.body)
  })

  it('are a 404 to other sellers and a 403 to who sells nothing', async () => {
    const { body: placed } = await checkout()
    const path = `/v1/seller/orders/${placed.id}`
    expect((await gateway.send('GET', path, { as: userWith('user', 'seller') })).status).toBe(404)
    expect((await gateway.send('GET', path, { as: buyer })).status).toBe(403)
  })
})
