import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ProviderRefused } from '../src/index.ts'
import { createSandbox } from '../src/sandbox/sandbox.ts'
import { type Given, givenPayments, usd } from './given.ts'

let given: Given
let sandbox: ReturnType<typeof createSandbox>
const { signal } = new AbortController()

beforeAll(async () => {
  given = await givenPayments()
  sandbox = createSandbox({ database: given.database })
})
afterAll(() => given[Symbol.asyncDispose]())

/** A payment that the sandbox has captured, though the shop knows nothing of it. */
const givenCapture = async () => {
  const payment = { paymentId: newId<'Payment'>(), orderId: newId<'Order'>(), reference: null }
  const charge = { ...payment, amount: usd(4900), token: 'tok_approved' }
  await sandbox.provider.capture(charge, { signal, remember: async () => {} })
  return payment
}

const refund = (payment: Awaited<ReturnType<typeof givenCapture>>, amount: number, id = newId<'Refund'>()) =>
  sandbox.provider.refund({ ...payment, refundId: id, amount: usd(amount) }, signal)

it('The sandbox refuses by itself to send back more than came in', async () => {
  const payment = await givenCapture()
  await refund(payment, 4000)
  await expect(refund(payment, 901)).rejects.toThrow(ProviderRefused)
  await refund(payment, 900)
  expect(await sandbox.readJournal(payment.orderId)).toHaveLength(3)
})

it('It makes a refund once a key, however often it is asked at the same time', async () => {
  const payment = await givenCapture()
  const id = newId<'Refund'>()
  await Promise.allSettled(Array.from({ length: 20 }, () => refund(payment, 1000, id)))
  await refund(payment, 1000, id)
  expect(await sandbox.readJournal(payment.orderId)).toHaveLength(2)
})

it('It refunds no payment that it never captured', async () => {
  const stranger = { paymentId: newId<'Payment'>(), orderId: newId<'Order'>(), reference: null }
  await expect(refund(stranger, 1)).rejects.toThrow('There is no such payment to refund.')
})
