import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FakeStripe, startFakeStripe } from './fake-stripe.ts'
import { type Given, givenPayments, usd } from './given.ts'

const webhookSecret = 'whsec_test_of_stripe'
let stripe: FakeStripe
let given: Given

beforeAll(async () => {
  stripe = await startFakeStripe()
  given = await givenPayments({
    provider: { name: 'stripe', secretKey: 'sk_test_1', webhookSecret, apiBase: stripe.url },
  })
})
afterAll(async () => {
  await given[Symbol.asyncDispose]()
  await stripe[Symbol.asyncDispose]()
})
beforeEach(() => {
  stripe.calls.length = 0
  stripe.refundsWill('succeeded')
})

const givenPayment = (token = 'tok_visa', amount = 4900) => given.givenPayment(token, amount, 'stripe')
type One = Pick<Awaited<ReturnType<typeof givenPayment>>, 'paymentId'>
const charge = ({ paymentId }: One) => given.call.charge(given.orders, { paymentId })
const abandon = ({ paymentId }: One) => given.call.abandon(given.orders, { paymentId })
const intentOf = async ({ paymentId }: One) => {
  const [row] = await given.rows<{ reference: string | null }>(
    sql`select reference from payments.payment where id = ${paymentId}`,
  )
  return stripe.intents.get(row?.reference ?? '')
}

describe('a charge', () => {
  it.each(['tok_visa', 'pm_card_visa'])('is captured with %s, once', async token => {
    const payment = await givenPayment(token)
    const before = stripe.intents.size
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(stripe.intents.size).toBe(before + 1)
    expect(await intentOf(payment)).toMatchObject({ status: 'succeeded', amount: 4900 })
  })

  it('is one intent, however many ask at the same time', async () => {
    const payment = await givenPayment()
    const before = stripe.intents.size
    await Promise.all(Array.from({ length: 10 }, () => charge(payment)))
    expect(stripe.intents.size).toBe(before + 1)
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
  })

  it('asks a card once, however many ask at the same time: it might be luckier the second time', async () => {
    const payment = await givenPayment('tok_second_time_lucky')
    await Promise.all([charge(payment), charge(payment), charge(payment)])
    expect(await charge(payment)).toMatchObject({ outcome: 'declined' })
    expect(await intentOf(payment)).toMatchObject({ status: 'requires_payment_method' })
  })

  it.each([
    [
      'a card that is declined',
      'tok_chargeDeclined',
      { outcome: 'declined', reason: 'Your card was declined.' },
    ],
    ['a card there is not', 'tok_nobody', { outcome: 'declined' }],
    ['a bank that takes its time', 'tok_processing', { outcome: 'pending' }],
  ])('with %s says so, and again', async (_, token, outcome) => {
    const payment = await givenPayment(token)
    expect(await charge(payment)).toMatchObject(outcome)
    expect(await charge(payment)).toMatchObject(outcome)
  })

  it('of an amount that Stripe does not take has failed: there is nothing to charge, or to call off', async () => {
    const payment = await givenPayment('tok_visa', 49)
    expect(await charge(payment)).toMatchObject({ outcome: 'failed' })
    expect(await abandon(payment)).toMatchObject({ outcome: 'failed' })
  })

  it.each([
    ['the intent was refused', { path: /payment_intents$/, how: 500 }],
    ['the confirmation was refused', { path: /confirm$/, how: 503 }],
    ['there were too many calls', { path: /confirm$/, how: 429 }],
    ['another call was under way', { path: /confirm$/, how: 409 }],
    ['the key was wrong', { path: /payment_intents$/, how: 401 }],
    ['the answer about the intent was lost', { path: /payment_intents$/, how: 'answer-lost' }],
    ['the answer about the confirmation was lost', { path: /confirm$/, how: 'answer-lost' }],
  ] as const)('is pending when %s, and captured when asked again', async (_, fault) => {
    const payment = await givenPayment()
    const before = stripe.intents.size
    stripe.failNext(fault)
    expect(await charge(payment)).toEqual({ outcome: 'pending' })
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(stripe.intents.size).toBe(before + 1)
  })

  it('is not repeated when its answer was lost and Stripe has forgotten the key since', async () => {
    const payment = await givenPayment()
    const before = stripe.intents.size
    stripe.failNext({ path: /confirm$/, how: 'answer-lost' })
    await charge(payment)
    stripe.forgetKeys()
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(await abandon(payment)).toEqual({ outcome: 'captured' })
    expect(stripe.intents.size).toBe(before + 1)
  })
})

describe('a payment that is abandoned', () => {
  it('is cancelled, and never captured', async () => {
    const payment = await givenPayment()
    expect(await abandon(payment)).toMatchObject({ outcome: 'failed' })
    expect(await intentOf(payment)).toMatchObject({ status: 'canceled' })
    expect(await charge(payment)).toMatchObject({ outcome: 'failed' })
  })

  it('while the bank takes its time is pending', async () => {
    const payment = await givenPayment('tok_processing')
    await charge(payment)
    expect(await abandon(payment)).toEqual({ outcome: 'pending' })
  })

  it('is pending when Stripe is away', async () => {
    const payment = await givenPayment()
    stripe.failNext({ path: /cancel$/, how: 500 })
    expect(await abandon(payment)).toEqual({ outcome: 'pending' })
  })
})

describe('a refund', () => {
  const givenRefund = async () => {
    const payment = await given.givenCapture('tok_visa', 4900, 'stripe')
    const refund = await given.call.refundOrder(given.admin, {
      orderId: payment.orderId,
      amount: usd(1900),
      reason: 'Torn',
    })
    return { ...payment, refundId: refund.id }
  }
  const madeFor = (refundId: string) => stripe.refunds.filter(each => each.metadata.refundId === refundId)

  it('is made', async () => {
    const { orderId, refundId } = await givenRefund()
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'succeeded' })
    expect(madeFor(refundId)).toMatchObject([{ amount: 1900 }])
  })

  it.each([true, false])('is made once though its answer was lost (key forgotten: %s)', async forgotten => {
    const { orderId, refundId } = await givenRefund()
    stripe.failNext({ path: /POST \/v1\/refunds$/, how: 'answer-lost' })
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'pending', attempts: 1 })
    if (forgotten) stripe.forgetKeys()
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'succeeded' })
    expect(madeFor(refundId)).toHaveLength(1)
  })

  it('that Stripe gives up is made anew', async () => {
    const { orderId, refundId } = await givenRefund()
    stripe.refundsWill('failed')
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({
      status: 'pending',
      lastError: 'Stripe says the refund failed.',
    })
    stripe.refundsWill('pending')
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'succeeded' })
    expect(madeFor(refundId).map(each => each.status)).toEqual(['failed', 'pending'])
  })
})

describe('a webhook', () => {
  const receive = (payload: string, signature: string) =>
    given.call.receiveWebhook(given.orders, {
      provider: 'stripe',
      headers: { 'stripe-signature': signature },
      body: payload,
    })
  const sign = (payload: string, secret = webhookSecret, timestamp = Math.floor(Date.now() / 1000)) =>
    new Stripe('sk_test_1').webhooks.generateTestHeaderString({ payload, secret, timestamp })

  it('about a refund makes Stripe be asked sooner', async () => {
    const { orderId } = await given.givenCapture('tok_visa', 4900, 'stripe')
    const { id } = await given.call.refundOrder(given.admin, { orderId, amount: usd(1), reason: 'Torn' })
    await given.rows(
      sql`update payments.refund set next_attempt_at = now() + interval '1 hour' where id = ${id}`,
    )
    const payload = JSON.stringify({
      id: `evt_${newId()}`,
      object: 'event',
      type: 'refund.updated',
      data: { object: { object: 'refund', metadata: { refundId: id } } },
    })
    await receive(payload, sign(payload))
    const [row] = await given.rows(
      sql`select next_attempt_at <= now() as due from payments.refund where id = ${id}`,
    )
    expect(row).toEqual({ due: true })
  })

  it('is refused when it was signed with another secret, long ago, or not at all', async () => {
    const payload = JSON.stringify({ id: 'evt_1', object: 'event', data: { object: {} } })
    const old = Math.floor(Date.now() / 1000) - 600
    for (const signature of [sign(payload, 'whsec_other'), sign(payload, webhookSecret, old), ''])
      await expect(receive(payload, signature)).rejects.toMatchObject({ code: 'invalid_signature' })
  })
})
