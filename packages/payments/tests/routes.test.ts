import { newId } from '@plinth/kernel'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GivenGateway, givenGateway } from './gateway.ts'
import { type Given, givenPayments, openPayments, usd, userWith, webhookSecret } from './given.ts'

let given: Given
let gateway: GivenGateway
const admin = userWith('user', 'admin')
const buyer = userWith('user')

beforeAll(async () => {
  given = await givenPayments()
  gateway = await givenGateway(given)
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const request = { amount: usd(1900), reason: 'The shirt was torn' }

describe('POST /v1/admin/orders/:orderId/refunds', () => {
  const ask = (orderId: string, { body = request as object, as = admin, key = newId() as string } = {}) =>
    gateway.send('POST', `/v1/admin/orders/${orderId}/refunds`, {
      as,
      body,
      headers: { 'idempotency-key': key },
    })

  it('answers 202 with the refund, which is made in the background', async () => {
    const { orderId, paymentId } = await given.givenCapture()
    const { status, body } = await ask(orderId)
    expect(status).toBe(202)
    expect(body).toEqual({
      id: expect.any(String),
      orderId,
      paymentId,
      amount: usd(1900),
      status: 'pending',
      attempts: 0,
      nextAttemptAt: expect.any(String),
      lastError: null,
    })
  })

  it('repeats its answer under one key byte for byte, and refuses another request', async () => {
    const { orderId } = await given.givenCapture()
    const key = newId()
    const first = await ask(orderId, { key })
    await given.tryRefunds()
    const again = await ask(orderId, { key })
    expect(again).toMatchObject({ status: 202, text: first.text })
    expect(again.headers['idempotent-replayed']).toBe('true')
    expect((await ask(orderId, { key, body: { ...request, amount: usd(1) } })).status).toBe(422)
    expect(await given.journal(orderId)).toHaveLength(2)
  })

  it('answers 409 when that is more than is left, and takes the key again for less', async () => {
    const { orderId } = await given.givenCapture()
    const key = newId()
    expect(await ask(orderId, { key, body: { ...request, amount: usd(4901) } })).toMatchObject({
      status: 409,
      body: { code: 'refund_exceeds_capture' },
    })
    expect((await ask(orderId, { key, body: { ...request, amount: usd(4900) } })).status).toBe(202)
  })

  it.each([
    ['a field there is not', { ...request, status: 'succeeded' }, '/status'],
    ['no reason', { amount: usd(1) }, '/reason'],
    ['a blank reason', { amount: usd(1), reason: ' ' }, '/reason'],
    ['nothing', { ...request, amount: usd(0) }, '/amount/amount'],
    ['less than nothing', { ...request, amount: usd(-1) }, '/amount/amount'],
    ['a part of a cent', { ...request, amount: usd(0.5) }, '/amount/amount'],
    ['another currency', { ...request, amount: { amount: 1, currency: 'EUR' } }, '/amount/currency'],
  ])('answers 400 to %s', async (_, body, pointer) => {
    const { orderId } = await given.givenCapture()
    expect(await ask(orderId, { body })).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ pointer }] },
    })
  })

  it('is for admins, and of orders there are', async () => {
    const { orderId } = await given.givenCapture()
    expect((await ask(orderId, { as: buyer })).status).toBe(403)
    expect(
      (await gateway.send('POST', `/v1/admin/orders/${orderId}/refunds`, { body: request })).status,
    ).toBe(401)
    expect((await ask(newId())).status).toBe(404)
    expect((await ask('1')).status).toBe(404)
  })
})

describe('refunds', () => {
  it('are listed by order and status', async () => {
    const { orderId } = await given.givenCapture()
    const { id } = await given.call.refundOrder(given.admin, { orderId, ...request })
    await given.call.refundOrder(given.admin, { orderId, ...request })
    const path = `/v1/admin/refunds?status=pending&orderId=${orderId}&limit=1`
    const first = await gateway.send('GET', path, { as: admin })
    expect(first).toMatchObject({
      status: 200,
      body: { data: [{ orderId }], nextCursor: expect.any(String) },
    })
    const last = await gateway.send('GET', `${path}&cursor=${first.body.nextCursor}`, { as: admin })
    expect(last).toMatchObject({ status: 200, body: { data: [{ id }], nextCursor: null } })
    expect((await gateway.send('GET', `${path}&status=lost`, { as: admin })).status).toBe(400)
    expect((await gateway.send('GET', '/v1/admin/refunds?cursor=x', { as: admin })).body.code).toBe(
      'invalid_cursor',
    )
    expect((await gateway.send('GET', path, { as: buyer })).status).toBe(403)
  })

  it('are retried once they have failed, under one key once', async () => {
    const { orderId } = await given.givenCapture('tok_refund_down')
    const { id } = await given.call.refundOrder(given.admin, { orderId, ...request })
    const retry = (key?: string) =>
      gateway.send('POST', `/v1/admin/refunds/${id}/retry`, {
        as: admin,
        ...(key !== undefined && { headers: { 'idempotency-key': key } }),
      })
    expect(await retry()).toMatchObject({ status: 409, body: { code: 'not_retryable' } })
    for (let tries = 0; tries < 6; tries += 1) await given.tryRefunds()
    const up = await gateway.send('PUT', '/v1/admin/sandbox/refunds', { as: admin, body: { mode: 'up' } })
    expect(up).toMatchObject({ status: 200, body: { mode: 'up' } })
    const key = newId()
    const first = await retry(key)
    expect(first).toMatchObject({ status: 202, body: { id, status: 'pending', attempts: 0 } })
    await given.tryRefunds()
    expect(await retry(key)).toMatchObject({ status: 202, text: first.text })
    expect((await retry()).status).toBe(409)
    const nobody = await gateway.send('POST', `/v1/admin/refunds/${newId()}/retry`, { as: admin })
    expect(nobody.status).toBe(404)
  })
})

describe('the sandbox', () => {
  it('shows its journal to admins, of one order or of all', async () => {
    const { orderId, paymentId } = await given.givenCapture()
    const { status, body } = await gateway.send('GET', `/v1/admin/sandbox/journal?orderId=${orderId}`, {
      as: admin,
    })
    expect(status).toBe(200)
    expect(body).toEqual({
      data: [
        {
          at: expect.stringMatching(/Z$/),
          operation: 'capture',
          orderId,
          paymentId,
          refundId: null,
          idempotencyKey: paymentId,
          amount: usd(4900),
          outcome: 'succeeded',
        },
      ],
    })
    const all = await gateway.send('GET', '/v1/admin/sandbox/journal', { as: admin })
    expect(all.body.data.at(-1)).toEqual(body.data[0])
    expect((await gateway.send('GET', '/v1/admin/sandbox/journal', { as: buyer })).status).toBe(403)
    const sideways = await gateway.send('PUT', '/v1/admin/sandbox/refunds', {
      as: admin,
      body: { mode: 'sideways' },
    })
    expect(sideways.status).toBe(400)
  })

  it('has no routes where another provider is', async () => {
    const other = openPayments(given.url, {
      provider: { name: 'stripe', secretKey: 'sk_test_1', webhookSecret: 'whsec_1' },
    })
    await using _ = other
    const elsewhere = await givenGateway({ ...given, payments: other.payments })
    await using __ = elsewhere
    for (const path of ['/v1/admin/sandbox/journal', '/v1/admin/sandbox/refunds'])
      expect((await elsewhere.send('GET', path, { as: admin })).status).toBe(404)
    expect((await elsewhere.send('GET', '/v1/admin/refunds', { as: admin })).status).toBe(200)
  })
})

describe('POST /v1/webhooks/payments/:provider', () => {
  const send = (body: string, signature: string | undefined, provider = 'sandbox', at = new Date()) =>
    gateway.send('POST', `/v1/webhooks/payments/${provider}`, {
      body,
      headers: {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        ...(signature !== undefined && { 'webhook-signature': signature }),
      },
    })
  const sign = (body: string) => new Webhook(webhookSecret).sign('msg_1', new Date(), body)

  it('answers 204 to what is signed over these very bytes, and again', async () => {
    const body = '{ "data": { "refundId":  "é" } }'
    expect(await send(body, sign(body))).toMatchObject({ status: 204, text: '' })
    expect((await send(body, sign(body))).status).toBe(204)
    expect((await send(body.replace('  ', ' '), sign(body))).status).toBe(401)
  })

  it('answers 401 to what is not signed, 404 for a provider there is not, 400 without a body', async () => {
    expect(await send('{}', undefined)).toMatchObject({ status: 401, body: { code: 'invalid_signature' } })
    expect(await send('{}', 'v1,bm8=')).toMatchObject({ status: 401, body: { code: 'invalid_signature' } })
    expect((await send('{}', sign('{}'), 'stripe')).status).toBe(404)
    expect((await gateway.send('POST', '/v1/webhooks/payments/sandbox')).status).toBe(400)
  })
})
