import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Given, givenPayments, openPayments, usd } from './given.ts'

let given: Given
/** A replica that does not wait for long. */
let hasty: ReturnType<typeof openPayments>
const captureMs = 150

beforeAll(async () => {
  given = await givenPayments()
  hasty = openPayments(given.url, { patience: { captureMs } })
})
afterAll(async () => {
  await hasty[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const charge = (payment: { readonly paymentId: Awaited<ReturnType<Given['givenPayment']>>['paymentId'] }) =>
  given.call.charge(given.orders, { paymentId: payment.paymentId })

const abandon = (payment: Parameters<typeof charge>[0]) =>
  given.call.abandon(given.orders, { paymentId: payment.paymentId })

describe('a charge', () => {
  it.each(['tok_approved', 'tok_refund_flaky', 'tok_refund_down'])('is captured with %s', async token => {
    const payment = await given.givenPayment(token)
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(await given.journal(payment.orderId)).toEqual([['capture', 4900]])
  })

  it.each(['tok_declined', 'tok_insufficient_funds', 'tok_nobody_knows'])(
    'is declined with %s, and stays declined',
    async token => {
      const payment = await given.givenPayment(token)
      const first = await charge(payment)
      expect(first).toEqual({ outcome: 'declined', reason: expect.stringMatching(/./) })
      expect(await charge(payment)).toEqual(first)
      expect(await given.journal(payment.orderId)).toEqual([])
    },
  )

  it('has certainly failed with tok_unavailable: asked again, nothing is captured either', async () => {
    const payment = await given.givenPayment('tok_unavailable')
    expect(await charge(payment)).toMatchObject({ outcome: 'failed' })
    expect(await charge(payment)).toMatchObject({ outcome: 'failed' })
    expect(await given.journal(payment.orderId)).toEqual([])
  })

  it('is pending with tok_timeout once the time is over, and captured when asked again', async () => {
    const payment = await given.givenPayment('tok_timeout')
    const begun = performance.now()
    expect(await hasty.call.charge(given.orders, { paymentId: payment.paymentId })).toEqual({
      outcome: 'pending',
    })
    const waited = performance.now() - begun
    expect(waited).toBeGreaterThan(captureMs - 10)
    expect(waited).toBeLessThan(captureMs + 1000)
    expect(await charge(payment)).toEqual({ outcome: 'captured' })
    expect(await given.journal(payment.orderId)).toEqual([['capture', 4900]])
  })

  it('is given up at the deadline of its caller', async () => {
    const patient = openPayments(given.url, { patience: { captureMs: 60_000 } })
    await using _ = patient
    const { paymentId } = await given.givenPayment('tok_timeout')
    const context = { ...given.orders, deadline: Date.now() + 200 }
    expect(await patient.payments.operations.charge(context, { paymentId })).toEqual({ outcome: 'pending' })
  })

  it('captures once, however many ask at the same time', async () => {
    const payment = await given.givenPayment()
    const answers = await Promise.all(Array.from({ length: 50 }, () => charge(payment)))
    expect(new Set(answers.map(each => each.outcome))).toEqual(new Set(['captured']))
    expect(await given.journal(payment.orderId)).toEqual([['capture', 4900]])
  })

  it('of a settled payment is what was settled; the provider is not asked, and its token is gone', async () => {
    const payment = await given.givenPayment()
    const result = { outcome: 'declined', reason: 'The card was stolen.' } as const
    await given.call.settle(given.orders, { paymentId: payment.paymentId, result })
    expect(await charge(payment)).toEqual(result)
    expect(await abandon(payment)).toEqual(result)
    expect(await given.journal(payment.orderId)).toEqual([])
    const [row] = await given.rows(sql`select token from payments.payment where id = ${payment.paymentId}`)
    expect(row).toEqual({ token: null })
  })

  it('of a payment there is not is not_found', async () => {
    await expect(charge({ paymentId: newId() })).rejects.toMatchObject({ code: 'not_found' })
    await expect(abandon({ paymentId: newId() })).rejects.toMatchObject({ code: 'not_found' })
  })

  it('of a payment with a provider that is not configured any more stays pending', async () => {
    const { paymentId, orderId } = await given.givenPayment()
    await given.rows(sql`update payments.payment set provider = 'bank' where id = ${paymentId}`)
    // As a replica with a new configuration sees it, which did not make it itself.
    const later = await hasty.call.charge(given.orders, { paymentId })
    expect(later).toEqual({ outcome: 'pending' })
    expect(await given.journal(orderId)).toEqual([])
  })
})

describe('a payment that is abandoned', () => {
  it('is never captured', async () => {
    const payment = await given.givenPayment()
    expect(await abandon(payment)).toMatchObject({ outcome: 'failed' })
    expect(await charge(payment)).toMatchObject({ outcome: 'failed' })
    expect(await given.journal(payment.orderId)).toEqual([])
  })

  it('too late says that it was captured, although that answer was lost', async () => {
    const payment = await given.givenPayment('tok_timeout')
    await hasty.call.charge(given.orders, { paymentId: payment.paymentId })
    expect(await abandon(payment)).toEqual({ outcome: 'captured' })
  })

  it('while it is charged has one verdict, told to all', async () => {
    for (let race = 0; race < 20; race += 1) {
      const payment = await given.givenPayment()
      const asked = race % 2 === 0 ? [charge, abandon, charge, abandon] : [abandon, charge, abandon, charge]
      const verdicts = await Promise.all(asked.map(ask => ask(payment)))
      const [outcome] = new Set(verdicts.map(each => each.outcome))
      expect(verdicts.every(each => each.outcome === outcome)).toBe(true)
      expect(await given.journal(payment.orderId)).toHaveLength(outcome === 'captured' ? 1 : 0)
    }
  })
})

describe('a payment', () => {
  it('is noted down once', async () => {
    const input = {
      paymentId: newId<'Payment'>(),
      orderId: newId<'Order'>(),
      orderNumber: '100043',
      userId: newId<'User'>(),
      amount: usd(1200),
      provider: 'sandbox',
      token: 'tok_approved',
    }
    const first = await given.call.createPayment(given.orders, input)
    expect(first).toEqual({
      id: input.paymentId,
      orderId: input.orderId,
      provider: 'sandbox',
      status: 'pending',
      amount: usd(1200),
      refunded: usd(0),
    })
    expect(await given.call.createPayment(given.orders, input)).toEqual(first)
    expect(await given.call.getPayments(given.orders, { orderIds: [input.orderId, newId()] })).toEqual([
      first,
    ])
    expect(await given.call.getPayments(given.orders, { orderIds: [] })).toEqual([])
  })

  it('with a provider that the shop does not have is refused', async () => {
    await expect(given.givenPayment('tok_approved', 4900, 'stripe')).rejects.toMatchObject({
      code: 'validation_failed',
      details: { errors: [{ pointer: '/payment/provider' }] },
    })
  })
})
