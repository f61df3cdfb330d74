import { silentLogger } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type PaymentProvider, ProviderRefused } from '../src/index.ts'
import { type Given, givenPayments, openPayments, usd } from './given.ts'

/** What the provider did, by idempotency key. */
const done = new Map<string, number>()
let asked: string[] = []
/** What happens around the next call about a refund. */
let fate: () => Promise<void> = async () => {}

const bank: PaymentProvider = {
  name: 'bank',
  capture: async () => ({ outcome: 'captured' }),
  void: async () => ({ outcome: 'failed', reason: 'Called off.' }),
  refund: async ({ refundId, amount }) => {
    asked.push(refundId)
    done.set(refundId, amount.amount)
    await fate()
  },
  readMessage: async () => undefined,
}

let given: Given

beforeAll(async () => {
  given = await givenPayments({ provider: bank })
})
afterAll(() => given[Symbol.asyncDispose]())

const givenRefund = async () => {
  const { orderId } = await given.givenCapture('card', 4900, 'bank')
  return given.call.refundOrder(given.admin, { orderId, amount: usd(4900), reason: 'Torn' })
}

it('A process that dies once the provider has refunded costs a try: the next asks under the same key', async () => {
  const doomed = openPayments(given.url, { provider: bank })
  const { id, orderId } = await givenRefund()
  asked = []
  fate = async () => {
    fate = async () => {}
    await doomed[Symbol.asyncDispose]()
    throw new Error('the process is gone')
  }
  const [job] = doomed.payments.jobs

  await using running = job?.start(silentLogger)
  await expect.poll(() => asked).toEqual([id])
  await running?.[Symbol.asyncDispose]()

  const [row] = await given.rows<{ lease: number }>(sql`
    select attempts, status, under_way, extract(epoch from next_attempt_at - now())::float8 as lease
      from payments.refund where id = ${id}`)
  expect(row).toMatchObject({ attempts: 1, status: 'pending', under_way: true })
  expect(row?.lease).toBeGreaterThan(5)
  expect(row?.lease).toBeLessThanOrEqual(15)

  await given.tryRefunds()
  expect(asked).toEqual([id, id])
  expect(done.get(id)).toBe(4900)
  expect(await given.refundOf(orderId)).toMatchObject({ status: 'succeeded', attempts: 2 })
  expect(await given.announced('payments.refunded', id)).toHaveLength(1)
})

it('A try that outlives its lease and succeeds counts, though a later one was given up meanwhile', async () => {
  const { id, orderId } = await givenRefund()
  const slow = Promise.withResolvers<void>()
  fate = () => slow.promise
  const [job] = given.payments.jobs

  await using _slow = job?.start(silentLogger)
  await expect.poll(() => asked.at(-1)).toBe(id)

  fate = () => Promise.reject(new ProviderRefused('Not now.'))
  await given.rows(sql`update payments.refund set attempts = 5, next_attempt_at = now() where id = ${id}`)
  const other = openPayments(given.url, { provider: bank })
  await using _other = other
  const [otherJob] = other.payments.jobs
  await using _running = otherJob?.start(silentLogger)
  await expect.poll(() => given.refundOf(orderId)).toMatchObject({ status: 'failed', attempts: 6 })

  slow.resolve()
  await expect.poll(() => given.refundOf(orderId)).toMatchObject({ status: 'succeeded', lastError: null })
  expect(await given.paymentOf(orderId)).toMatchObject({ status: 'refunded', refunded: usd(4900) })
  expect(await given.announced('payments.refunded', id)).toHaveLength(1)
})

it('Two replicas share the refunds: each is tried by one of them at a time', async () => {
  fate = async () => {}
  asked = []
  const refunds = await Promise.all(Array.from({ length: 30 }, givenRefund))
  const other = openPayments(given.url, { provider: bank })
  await using _ = other
  await using _here = given.payments.jobs[0]?.start(silentLogger)
  await using _there = other.payments.jobs[0]?.start(silentLogger)
  const open = () => given.rows(sql`select 1 from payments.refund where status = 'pending'`)
  await expect.poll(open, { timeout: 5000 }).toEqual([])
  expect(asked.toSorted()).toEqual(refunds.map(each => each.id).toSorted())
})

it('A refund that somebody else is at does not hold up the others', async () => {
  fate = async () => {}
  asked = []
  const taken = await givenRefund()
  const next = await givenRefund()
  await given.database.transaction(given.orders, async inTx => {
    await given.database
      .on(inTx)
      .execute(sql`select 1 from payments.refund where id = ${taken.id} for update`)
    await using _running = given.payments.jobs[0]?.start(silentLogger)
    await expect.poll(() => asked).toEqual([next.id])
  })
  await given.tryRefunds()
  expect(asked).toEqual([next.id, taken.id])
})
