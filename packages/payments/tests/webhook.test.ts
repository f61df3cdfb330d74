import { newId } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Given, givenPayments, usd, webhookSecret } from './given.ts'

let given: Given

beforeAll(async () => {
  given = await givenPayments()
})
afterAll(() => given[Symbol.asyncDispose]())

/** A message that the sandbox signed. */
const signed = (content: unknown, { id = `msg_${newId()}`, at = new Date() } = {}) => {
  const body = JSON.stringify(content)
  return {
    provider: 'sandbox',
    body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': new Webhook(webhookSecret).sign(id, at, body),
    },
  }
}

const receive = (message: ReturnType<typeof signed>) => given.call.receiveWebhook(given.orders, message)

const received = () => given.rows(sql`select 1 from payments.webhook`).then(rows => rows.length)

/** A refund whose next try is far away. */
const givenWaiting = async () => {
  const { orderId } = await given.givenCapture()
  const { id } = await given.call.refundOrder(given.admin, { orderId, amount: usd(1), reason: 'Torn' })
  const later = () =>
    given.rows(sql`
    update payments.refund set attempts = 1, next_attempt_at = now() + interval '1 hour' where id = ${id}`)
  await later()
  return { id, later, isDue: () => isDue(id) }
}

const isDue = async (refundId: string) => {
  const [row] = await given.rows<{ due: boolean }>(
    sql`select next_attempt_at <= now() as due from payments.refund where id = ${refundId}`,
  )
  return row?.due
}

it('A message about a refund makes the provider be asked sooner; replayed, it does nothing', async () => {
  const refund = await givenWaiting()
  const message = signed({ type: 'refund.updated', data: { refundId: refund.id } })
  await receive(message)
  expect(await refund.isDue()).toBe(true)
  await refund.later()
  await receive(message)
  expect(await refund.isDue()).toBe(false)
})

it('A try that is under way is not doubled by a message about it', async () => {
  const refund = await givenWaiting()
  await given.rows(sql`update payments.refund set under_way = true where id = ${refund.id}`)
  await receive(signed({ data: { refundId: refund.id } }))
  expect(await refund.isDue()).toBe(false)
})

it.each([
  ['about a payment', { type: 'payment.captured', data: { paymentId: newId() } }],
  ['about a refund of nobody here', { data: { refundId: newId() } }],
  ['about something else', { data: { refundId: 'r-1' } }],
  ['about nothing', 42],
])('A message %s is taken, and that is all', async (_, content) => {
  const before = await received()
  await receive(signed(content))
  expect(await received()).toBe(before + 1)
})

it.each([
  ['of another body', { ...signed({ a: 1 }), body: '{"a":2}' }],
  ['that is old', signed({ a: 1 }, { at: new Date(Date.now() - 6 * 60_000) })],
  ['from the future', signed({ a: 1 }, { at: new Date(Date.now() + 6 * 60_000) })],
  [
    'of another message',
    { ...signed({ a: 1 }), headers: { ...signed({ a: 1 }).headers, 'webhook-id': 'x' } },
  ],
  ['that is missing', { ...signed({ a: 1 }), headers: {} }],
])('A signature %s does not hold', async (_, message) => {
  const before = await received()
  await expect(given.call.receiveWebhook(given.orders, message)).rejects.toMatchObject({
    code: 'invalid_signature',
    kind: 'unauthenticated',
  })
  expect(await received()).toBe(before)
})

it('Without a secret nothing is believed, and a provider there is not is not_found', async () => {
  const mute = await givenPayments({ provider: { name: 'sandbox' } })
  await using _ = mute
  await expect(mute.call.receiveWebhook(mute.orders, signed({}))).rejects.toMatchObject({
    code: 'invalid_signature',
  })
  await expect(receive({ ...signed({}), provider: 'stripe' })).rejects.toMatchObject({ code: 'not_found' })
})

it('Messages are forgotten after a day', async () => {
  await receive(signed({ old: true }, { id: 'old' }))
  await receive(signed({ old: false }, { id: 'new' }))
  await given.rows(
    sql`update payments.webhook set received_at = now() - interval '25 hours' where message_id <> 'new'`,
  )
  const job = given.payments.jobs.find(each => each.name === 'payments.forget-webhooks')

  await using _running = job?.start(silentLogger)
  await expect.poll(received).toBe(1)
})
