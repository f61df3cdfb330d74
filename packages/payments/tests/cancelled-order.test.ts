import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { captured, type Given, givenPayments, usd } from './given.ts'

let given: Given

beforeAll(async () => {
  given = await givenPayments()
})
afterAll(() => given[Symbol.asyncDispose]())

it('A cancelled order is refunded once, however often and under however many ids its event comes', async () => {
  const { orderId } = await given.givenCapture()
  const eventId = newId()
  const deliveries = [eventId, eventId, eventId, newId()].map(id => given.deliverCancellation(orderId, id))
  expect((await Promise.all(deliveries)).filter(each => each === 'duplicate')).toHaveLength(2)
  await given.tryRefunds()
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
  expect(await given.journal(orderId)).toEqual([
    ['capture', 4900],
    ['refund', 4900],
  ])
})

it('It is refunded what an admin has not refunded before', async () => {
  const { orderId } = await given.givenCapture()
  await given.call.refundOrder(given.admin, { orderId, amount: usd(900), reason: 'Late' })
  await given.deliverCancellation(orderId)
  await given.tryRefunds()
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
})

it('An order that is cancelled before its payment is captured is refunded by whoever settles it', async () => {
  const { orderId, paymentId } = await given.givenPayment()
  await given.deliverCancellation(orderId)
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'pending' })
  await given.call.charge(given.orders, { paymentId })
  await given.database.transaction(given.orders, async inTx => {
    await given.payments.operations.settle(inTx, { paymentId, result: captured })
    const payment = await given.payments.operations.refundPayment(inTx, { paymentId, reason: 'Cancelled.' })
    expect(payment.status).toBe('refund_pending')
  })
  await given.call.refundPayment(given.orders, { paymentId, reason: 'Cancelled.' })
  await given.tryRefunds()
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
  expect(await given.journal(orderId)).toHaveLength(2)
})

it('Consumer and orders may both refund: it is done once', async () => {
  const { orderId, paymentId } = await given.givenCapture()
  await Promise.all([
    given.deliverCancellation(orderId),
    given.call.refundPayment(given.orders, { paymentId, reason: 'Cancelled.' }),
    given.deliverCancellation(orderId),
    given.call.refundPayment(given.orders, { paymentId, reason: 'Cancelled.' }),
  ])
  await given.tryRefunds()
  expect(await given.journal(orderId)).toHaveLength(2)
})

it('A payment that was declined, or of which nothing is known, is nobody to refund', async () => {
  const { orderId, paymentId } = await given.givenPayment()
  await given.call.settle(given.orders, { paymentId, result: { outcome: 'declined', reason: 'No.' } })
  expect(await given.deliverCancellation(orderId)).toBe('handled')
  expect(await given.call.refundPayment(given.orders, { paymentId, reason: 'Gone.' })).toMatchObject({
    status: 'declined',
  })
  expect(await given.deliverCancellation(newId())).toBe('handled')
  expect(await given.refundOf(orderId)).toBeUndefined()
})

it('An order that cost nothing is not refunded anything', async () => {
  const { orderId } = await given.givenCapture('tok_approved', 0)
  await given.deliverCancellation(orderId)
  expect(await given.refundOf(orderId)).toBeUndefined()
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'captured' })
})
