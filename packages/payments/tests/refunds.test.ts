import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Given, givenPayments, usd } from './given.ts'

let given: Given

beforeAll(async () => {
  given = await givenPayments()
})
afterAll(() => given[Symbol.asyncDispose]())
beforeEach(() => given.call.steerSandbox(given.admin, { mode: 'down' }))

const refund = (
  orderId: Awaited<ReturnType<Given['givenCapture']>>['orderId'],
  amount: number,
  key?: string,
) =>
  given.call.refundOrder(
    { ...given.admin, ...(key !== undefined && { idempotencyKey: key }) },
    { orderId, amount: usd(amount), reason: 'The shirt was torn' },
  )

describe('a refund', () => {
  it('is asked for at once and made by the job', async () => {
    const { orderId, paymentId, userId } = await given.givenCapture()
    const asked = await refund(orderId, 1900)
    expect(asked).toEqual({
      id: asked.id,
      orderId,
      paymentId,
      amount: usd(1900),
      status: 'pending',
      attempts: 0,
      nextAttemptAt: expect.stringMatching(/Z$/),
      lastError: null,
    })
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refund_pending', refunded: usd(0) })
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toEqual({
      ...asked,
      status: 'succeeded',
      attempts: 1,
      nextAttemptAt: null,
    })
    expect(await given.paymentOf(orderId)).toMatchObject({
      status: 'partially_refunded',
      refunded: usd(1900),
    })
    expect(await given.announced('payments.refunded', asked.id)).toEqual([
      {
        paymentId,
        orderId,
        orderNumber: '100042',
        userId,
        refundId: asked.id,
        amount: usd(1900),
        refundedInTotal: usd(1900),
      },
    ])
    expect(await given.journal(orderId)).toEqual([
      ['capture', 4900],
      ['refund', 1900],
    ])
    expect(await given.audited(orderId)).toEqual([
      [expect.any(String), 'payments.refund-requested', { refundId: asked.id, amount: usd(1900) }],
    ])
  })

  it('of the whole makes the payment refunded, in as many parts as it takes', async () => {
    const { orderId } = await given.givenCapture()
    await refund(orderId, 1900)
    const rest = await refund(orderId, 3000)
    await given.tryRefunds()
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
    expect(await given.announced('payments.refunded', rest.id)).toHaveLength(1)
  })

  it('goes through on the third try with tok_refund_flaky', async () => {
    const { orderId } = await given.givenCapture('tok_refund_flaky')
    await refund(orderId, 4900)
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({
      status: 'pending',
      attempts: 1,
      lastError: 'Refunds are not available right now.',
    })
    await given.tryRefunds()
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({
      status: 'succeeded',
      attempts: 3,
      lastError: null,
    })
    expect(await given.journal(orderId)).toHaveLength(2)
  })

  it('comes back after a second, then two, then four, a quarter more or less', async () => {
    const { orderId } = await given.givenCapture('tok_refund_down')
    await refund(orderId, 4900)
    for (const seconds of [1, 2, 4]) {
      await given.tryRefunds()
      const [row] = await given.rows<{ wait: number }>(sql`
        select extract(epoch from next_attempt_at - now())::float8 as wait
          from payments.refund where order_id = ${orderId}`)
      expect(row?.wait).toBeGreaterThan(seconds * 0.75 - 0.5)
      expect(row?.wait).toBeLessThanOrEqual(seconds * 1.25)
    }
  })

  it.each([
    ['nothing', usd(0), '/amount/amount'],
    ['another currency', { amount: 100, currency: 'EUR' }, '/amount/currency'],
  ])('of %s is refused', async (_, amount, pointer) => {
    const { orderId } = await given.givenCapture()
    await expect(
      given.call.refundOrder(given.admin, { orderId, amount, reason: 'A whim' }),
    ).rejects.toMatchObject({ code: 'validation_failed', details: { errors: [{ pointer }] } })
  })

  it('of what was not captured is refused, and so is that of an order there is not', async () => {
    const { orderId } = await given.givenPayment()
    await expect(refund(orderId, 1)).rejects.toMatchObject({ code: 'refund_exceeds_capture' })
    await expect(refund(newId(), 1)).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('a refund that fails six times', () => {
  const givenFailed = async () => {
    const payment = await given.givenCapture('tok_refund_down')
    const asked = await refund(payment.orderId, 4900)
    for (let tries = 0; tries < 6; tries += 1) await given.tryRefunds()
    return { ...payment, refundId: asked.id }
  }

  it('is left to the admins', async () => {
    const { orderId, paymentId, refundId, userId } = await givenFailed()
    expect(await given.refundOf(orderId)).toMatchObject({
      status: 'failed',
      attempts: 6,
      nextAttemptAt: null,
      lastError: 'Refunds are down.',
    })
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refund_failed', refunded: usd(0) })
    expect(await given.announced('payments.refund-failed', refundId)).toEqual([
      {
        paymentId,
        orderId,
        orderNumber: '100042',
        userId,
        refundId,
        amount: usd(4900),
        attempts: 6,
        lastError: 'Refunds are down.',
      },
    ])
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'failed', attempts: 6 })
  })

  it('keeps its money set aside: its last answer may have been lost', async () => {
    const { orderId } = await givenFailed()
    await expect(refund(orderId, 1)).rejects.toMatchObject({ code: 'refund_exceeds_capture' })
  })

  it('goes through when it is retried after the provider is up again', async () => {
    const { orderId, refundId } = await givenFailed()
    await given.call.steerSandbox(given.admin, { mode: 'up' })
    expect(await given.call.retryRefund(given.admin, { refundId })).toMatchObject({
      status: 'pending',
      attempts: 0,
    })
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refund_pending' })
    await given.tryRefunds()
    expect(await given.refundOf(orderId)).toMatchObject({ status: 'succeeded', attempts: 1, lastError: null })
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
    expect(await given.announced('payments.refunded', refundId)).toHaveLength(1)
  })

  it('is retried once for an idempotency key, and announced again when that fails, too', async () => {
    const { orderId, refundId } = await givenFailed()
    const keyed = { ...given.admin, idempotencyKey: newId() }
    const first = await given.call.retryRefund(keyed, { refundId })
    expect(await given.call.retryRefund(keyed, { refundId })).toEqual(first)
    await expect(given.call.retryRefund(given.admin, { refundId })).rejects.toMatchObject({
      code: 'not_retryable',
    })
    for (let tries = 0; tries < 6; tries += 1) await given.tryRefunds()
    expect(await given.call.retryRefund(keyed, { refundId })).toMatchObject({ status: 'failed', attempts: 6 })
    expect(await given.announced('payments.refund-failed', refundId)).toHaveLength(2)
    expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refund_failed' })
    expect(await given.call.retryRefund({ ...keyed, idempotencyKey: newId() }, { refundId })).toMatchObject({
      status: 'pending',
    })
    const retried = (await given.audited(orderId)).filter(
      ([, action]) => action === 'payments.refund-retried',
    )
    expect(retried).toHaveLength(2)
  })

  it('is not retried when there is none', async () => {
    await expect(given.call.retryRefund(given.admin, { refundId: newId() })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('refunds at the same time', () => {
  it('never exceed the capture, whatever parts of it they want', async () => {
    const part = fc.integer({ min: 1, max: 4900 })
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 2, maxLength: 12 }), async parts => {
        const { orderId } = await given.givenCapture()
        const asked = await Promise.allSettled(parts.map(amount => refund(orderId, amount)))
        const granted = asked.flatMap(each => (each.status === 'fulfilled' ? [each.value.amount.amount] : []))
        const refused = asked.filter(each => each.status === 'rejected')
        for (const { reason } of refused) expect(reason).toMatchObject({ code: 'refund_exceeds_capture' })
        const total = granted.reduce((sum, each) => sum + each, 0)
        expect(total).toBeLessThanOrEqual(4900)
        // Nobody was refused who would have fitted in.
        const smallest = Math.min(...parts.filter(each => !granted.includes(each)))
        expect(total + smallest).toBeGreaterThan(4900)
        await given.tryRefunds()
        expect(await given.paymentOf(orderId)).toMatchObject({ refunded: usd(total) })
        const journal = await given.journal(orderId)
        expect(
          journal
            .slice(1)
            .map(([, amount]) => Number(amount))
            .sort(),
        ).toEqual(granted.sort())
      }),
      { numRuns: 15 },
    )
  })

  it('are one under one idempotency key, even when it takes all there is', async () => {
    const { orderId } = await given.givenCapture()
    const key = newId()
    const asked = await Promise.all(Array.from({ length: 10 }, () => refund(orderId, 4900, key)))
    expect(new Set(asked.map(each => each.id)).size).toBe(1)
    const other = await given.givenCapture()
    expect((await refund(other.orderId, 4900, key)).id).not.toBe(asked[0]?.id)
  })
})

describe('the list of refunds', () => {
  it('is paged, newest first, by status and order', async () => {
    const { orderId } = await given.givenCapture()
    const asked = []
    for (const amount of [100, 200, 300]) asked.unshift(await refund(orderId, amount))
    const list = (cursor?: string | null) =>
      given.call.listRefunds(given.admin, {
        orderId,
        status: 'pending',
        limit: 2,
        ...(typeof cursor === 'string' && { cursor }),
      })
    const first = await list()
    expect(first.data).toEqual(asked.slice(0, 2))
    const last = await list(first.nextCursor)
    expect(last).toEqual({ data: asked.slice(2), nextCursor: null })
    expect(await given.call.listRefunds(given.admin, { orderId, status: 'failed', limit: 2 })).toEqual({
      data: [],
      nextCursor: null,
    })
    await expect(
      given.call.listRefunds(given.admin, { limit: 2, cursor: first.nextCursor ?? '' }),
    ).rejects.toMatchObject({ code: 'invalid_cursor' })
  })
})
