import { newId } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { captured, type Given, givenPayments, usd } from './given.ts'

let given: Given

beforeAll(async () => {
  given = await givenPayments()
})
afterAll(() => given[Symbol.asyncDispose]())

it('Settling writes down what the provider said and announces a capture, once, however many settle', async () => {
  const { paymentId, orderId, userId } = await given.givenPayment()
  const settled = await Promise.all(
    Array.from({ length: 20 }, () => given.call.settle(given.orders, { paymentId, result: captured })),
  )
  expect(new Set(settled.map(each => each.status))).toEqual(new Set(['captured']))
  expect(await given.announced('payments.captured', paymentId)).toEqual([
    { paymentId, orderId, orderNumber: '100042', userId, amount: usd(4900) },
  ])
})

it.each([
  [{ outcome: 'declined', reason: 'No.' } as const, 'declined'],
  [{ outcome: 'failed', reason: 'Away.' } as const, 'failed'],
  [{ outcome: 'pending' } as const, 'pending'],
])('%j makes the payment %s, without an event', async (result, status) => {
  const { paymentId } = await given.givenPayment()
  expect(await given.call.settle(given.orders, { paymentId, result })).toMatchObject({ status })
  expect(await given.announced('payments.captured', paymentId)).toEqual([])
})

it('What is settled stays so', async () => {
  const { paymentId } = await given.givenPayment()
  await given.call.settle(given.orders, { paymentId, result: { outcome: 'failed', reason: 'Away.' } })
  const late = await given.call.settle(given.orders, { paymentId, result: captured })
  expect(late.status).toBe('failed')
  expect(await given.announced('payments.captured', paymentId)).toEqual([])
})

it('Of two verdicts at the same time one is written down, and both callers hear which', async () => {
  const { paymentId } = await given.givenPayment()
  const verdicts = [captured, { outcome: 'declined', reason: 'No.' } as const]
  const settled = await Promise.all(
    verdicts.map(result => given.call.settle(given.orders, { paymentId, result })),
  )
  expect(new Set(settled.map(each => each.status)).size).toBe(1)
  const events = await given.announced('payments.captured', paymentId)
  expect(events).toHaveLength(settled[0]?.status === 'captured' ? 1 : 0)
})

it('Payment and event are there together or not at all: the caller rolls both back', async () => {
  const { paymentId, orderId } = await given.givenPayment()
  const work = given.database.transaction(given.orders, async inTx => {
    await given.payments.operations.settle(inTx, { paymentId, result: captured })
    throw new Error('the order could not be kept')
  })
  await expect(work).rejects.toThrow('the order could not be kept')
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'pending' })
  expect(await given.announced('payments.captured', paymentId)).toEqual([])
})

it('A payment there is not is not_found', async () => {
  await expect(
    given.call.settle(given.orders, { paymentId: newId(), result: captured }),
  ).rejects.toMatchObject({ code: 'not_found' })
  await expect(
    given.call.refundPayment(given.orders, { paymentId: newId(), reason: 'Gone.' }),
  ).rejects.toMatchObject({ code: 'not_found' })
})

it('However long the reason of a provider is, it can be kept', async () => {
  const { paymentId } = await given.givenPayment()
  const result = { outcome: 'declined', reason: 'No. '.repeat(1000) } as const
  await given.call.settle(given.orders, { paymentId, result })
  const [row] = await given.rows<{ reason: string }>(
    sql`select reason from payments.payment where id = ${paymentId}`,
  )
  expect(row?.reason).toHaveLength(500)
})
