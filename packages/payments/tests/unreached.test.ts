import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Id } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PaymentProvider, ProviderUnreached, startSandboxServer } from '../src/index.ts'
import { captured, type Given, givenPayments, openPayments } from './given.ts'

/** What becomes of each call about a payment; the last word stands for all that follow. */
let fate: () => Promise<ChargeOutcome>
let asked = 0

const ask = () => {
  asked += 1
  return fate()
}
const bank: PaymentProvider = {
  name: 'bank',
  capture: ask,
  void: ask,
  refund: async () => {},
  readMessage: async () => undefined,
}
const unreached = () => Promise.reject(new ProviderUnreached('The bank cannot be reached.'))
const lost = () => Promise.reject(new Error('the answer was lost'))
const failed = { outcome: 'failed', reason: 'The bank cannot be reached.' }
const pending = { outcome: 'pending' }

let given: Given

beforeAll(async () => {
  given = await givenPayments({ provider: bank })
})
beforeEach(() => {
  asked = 0
})
afterAll(() => given[Symbol.asyncDispose]())

const givenPayment = () => given.givenPayment('card', 4900, 'bank')
const charge = ({ paymentId }: { readonly paymentId: Id<'Payment'> }) =>
  given.call.charge(given.orders, { paymentId })
const abandon = ({ paymentId }: { readonly paymentId: Id<'Payment'> }) =>
  given.call.abandon(given.orders, { paymentId })

describe('A provider that was never reached', () => {
  it('has certainly not charged: the payment has failed, and nobody asks about it any more', async () => {
    const payment = await givenPayment()
    fate = unreached
    expect(await charge(payment)).toEqual(failed)
    expect(await given.paymentOf(payment.orderId)).toMatchObject({ status: 'failed' })
    fate = async () => captured
    expect(await charge(payment)).toEqual(failed)
    expect(await abandon(payment)).toEqual(failed)
    expect(asked).toBe(1)
  })

  it('cannot be called off, and need not be: the payment has failed', async () => {
    const payment = await givenPayment()
    fate = unreached
    expect(await abandon(payment)).toEqual(failed)
  })

  it('after a call whose answer was lost may have charged: it is asked until it knows', async () => {
    const payment = await givenPayment()
    fate = lost
    expect(await charge(payment)).toEqual(pending)
    fate = unreached
    for (let time = 0; time < 3; time += 1) expect(await charge(payment)).toEqual(pending)
    expect(await abandon(payment)).toEqual(pending)
    fate = async () => captured
    expect(await charge(payment)).toEqual(captured)
  })

  it('while another call is under way may be charging: the other one tells', async () => {
    const payment = await givenPayment()
    const answer = Promise.withResolvers<ChargeOutcome>()
    fate = () => answer.promise
    const first = charge(payment)
    await expect.poll(() => asked).toBe(1)
    fate = unreached
    expect(await charge(payment)).toEqual(pending)
    answer.resolve(captured)
    expect(await first).toEqual(captured)
  })

  it('by any of many has failed once the last of them says so', async () => {
    const payment = await givenPayment()
    fate = unreached
    const answers = await Promise.all(Array.from({ length: 20 }, () => charge(payment)))
    expect(answers.filter(({ outcome }) => outcome === 'failed')).not.toEqual([])
    expect(await given.paymentOf(payment.orderId)).toMatchObject({ status: 'failed' })
  })
})

it('A provider that is left alone after many failures was not reached: its payments fail at once', async () => {
  fate = lost
  for (let time = 0; time < 40; time += 1) await charge(await givenPayment())
  const before = asked
  const payment = await givenPayment()
  expect(await charge(payment)).toEqual({
    outcome: 'failed',
    reason: 'The provider is left alone for a while.',
  })
  expect(asked).toBe(before)
  expect(await given.paymentOf(payment.orderId)).toMatchObject({ status: 'failed' })
})

it('A sandbox outside that is not running charges nothing, then or later; one that hung up may have', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-sandbox-'))
  await using stack = new AsyncDisposableStack()
  stack.defer(() => rm(folder, { recursive: true }))
  const server = stack.use(await startSandboxServer({ journal: join(folder, 'books.jsonl') }))
  const shop = stack.use(openPayments(given.url, { provider: { name: 'sandbox', url: server.url } }))
  const askShop = async (token: string) => {
    const payment = await shop.givenPayment(token)
    const { paymentId } = payment
    return { payment, answer: shop.call.charge(shop.orders, { paymentId }) }
  }

  const held = await askShop('tok_timeout')
  await expect.poll(() => shop.journal(held.payment.orderId)).toEqual([['capture', 4900]])
  await server[Symbol.asyncDispose]()
  expect(await held.answer).toEqual(pending)
  const refused = await askShop('tok_approved')
  expect(await refused.answer).toEqual({ outcome: 'failed', reason: 'The sandbox cannot be reached.' })

  const port = Number(new URL(server.url).port)
  stack.use(await startSandboxServer({ journal: join(folder, 'books.jsonl'), port }))
  const { paymentId } = held.payment
  expect(await shop.call.charge(shop.orders, { paymentId })).toEqual(captured)
  expect(await shop.journal(refused.payment.orderId)).toEqual([])
})
