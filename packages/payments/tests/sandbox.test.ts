import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProviderRefused, startSandboxServer } from '../src/index.ts'
import { createPostgresBooks } from '../src/sandbox/postgres-books.ts'
import { remoteSandbox } from '../src/sandbox/remote-sandbox.ts'
import { createSandbox, type Sandbox } from '../src/sandbox/sandbox.ts'
import { givenPayments, usd } from './given.ts'

const opened = new AsyncDisposableStack()
const sandboxes: Record<string, Sandbox> = {}
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-sandbox-'))
  opened.defer(() => rm(folder, { recursive: true }))
  const given = opened.use(await givenPayments())
  const server = opened.use(await startSandboxServer({ journal: join(folder, 'books.jsonl') }))
  sandboxes.embedded = createSandbox({ books: createPostgresBooks(given.database) })
  sandboxes.outside = remoteSandbox({ url: server.url })
})
afterAll(() => opened.disposeAsync())

const captured = { outcome: 'captured' }
const asking = (ms = 30_000) => ({ signal: AbortSignal.timeout(ms), remember: async () => {} })
const givenCharge = (token = 'tok_approved', amount = 4900) => ({
  paymentId: newId<'Payment'>(),
  orderId: newId<'Order'>(),
  reference: null,
  amount: usd(amount),
  token,
})
type Charge = ReturnType<typeof givenCharge>
const refundOf = (charge: Charge, amount: number, refundId = newId<'Refund'>()) => ({
  ...charge,
  refundId,
  amount: usd(amount),
})
const fifty = <T>(ask: () => Promise<T>) => Promise.all(Array.from({ length: 50 }, ask))

describe.each(['embedded', 'outside'])('The sandbox, %s', name => {
  const sandbox = () => {
    const found = sandboxes[name]
    if (found === undefined) throw new Error(`there is no sandbox ${name}`)
    return found
  }
  const capture = (charge: Charge, ms?: number) => sandbox().provider.capture(charge, asking(ms))
  const refund = (reversal: ReturnType<typeof refundOf>) =>
    sandbox().provider.refund(reversal, asking().signal)
  const journal = async ({ orderId }: Charge) =>
    (await sandbox().readJournal({ orderId })).map(({ operation, amount }) => [operation, amount.amount])
  const givenCapture = async (token?: string) => {
    const charge = givenCharge(token)
    await capture(charge)
    return charge
  }

  it('captures once a key, though it is asked fifty times at once', async () => {
    const charge = givenCharge()
    for (const answer of await fifty(() => capture(charge))) expect(answer).toEqual(captured)
    expect(await journal(charge)).toEqual([['capture', 4900]])
  })

  it('stays with what it decided first', async () => {
    const charge = givenCharge('tok_declined')
    const first = await capture(charge)
    expect(first).toEqual({ outcome: 'declined', reason: 'The card was declined.' })
    expect(await capture({ ...charge, token: 'tok_approved' })).toEqual(first)
    expect(await sandbox().provider.void(charge, asking())).toEqual(first)
    expect(await journal(charge)).toEqual([])
  })

  it('has one verdict on a payment that is captured and called off at once', async () => {
    const charge = givenCharge()
    const asked = await Promise.all(
      Array.from({ length: 20 }, (_, each) =>
        each % 2 === 0 ? capture(charge) : sandbox().provider.void(charge, asking()),
      ),
    )
    const outcomes = new Set(asked.map(({ outcome }) => outcome))
    expect(outcomes.size).toBe(1)
    expect(await journal(charge)).toHaveLength(outcomes.has('captured') ? 1 : 0)
  })

  it('charges tok_timeout and loses the answer, and tells it to whoever asks again', async () => {
    const charge = givenCharge('tok_timeout')
    await expect(capture(charge, 200)).rejects.toThrow()
    expect(await journal(charge)).toEqual([['capture', 4900]])
    expect(await capture(charge)).toEqual(captured)
    expect(await journal(charge)).toEqual([['capture', 4900]])
  })

  it('fails tok_unavailable before it charges', async () => {
    const charge = givenCharge('tok_unavailable')
    expect(await capture(charge)).toMatchObject({ outcome: 'failed' })
    expect(await journal(charge)).toEqual([])
  })

  it('refuses by itself to send back more than came in', async () => {
    const charge = await givenCapture()
    await refund(refundOf(charge, 4000))
    await expect(refund(refundOf(charge, 901))).rejects.toThrow(ProviderRefused)
    await refund(refundOf(charge, 900))
    expect(await journal(charge)).toHaveLength(3)
  })

  it('makes a refund once a key, and says so to all who ask for it at the same time', async () => {
    const charge = await givenCapture()
    const reversal = refundOf(charge, 4900)
    await fifty(() => refund(reversal))
    expect(await journal(charge)).toEqual([
      ['capture', 4900],
      ['refund', 4900],
    ])
  })

  it('refuses the first two tries of a tok_refund_flaky refund', async () => {
    const reversal = refundOf(await givenCapture('tok_refund_flaky'), 100)
    await expect(refund(reversal)).rejects.toThrow('Refunds are not available right now.')
    await expect(refund(reversal)).rejects.toThrow(ProviderRefused)
    await refund(reversal)
  })

  it('refuses tok_refund_down refunds until it is told that they are up', async () => {
    const reversal = refundOf(await givenCapture('tok_refund_down'), 100)
    await sandbox().steer('down')
    await expect(refund(reversal)).rejects.toThrow('Refunds are down.')
    await sandbox().steer('up')
    await refund(reversal)
  })

  it('refunds no payment that it never captured', async () => {
    await expect(refund(refundOf(givenCharge(), 1))).rejects.toThrow('There is no such payment to refund.')
  })

  it('notes down what it did, with everything about it, oldest first', async () => {
    const charge = await givenCapture()
    const reversal = refundOf(charge, 900)
    await refund(reversal)
    const { paymentId, orderId, amount } = charge
    const entry = { at: expect.stringMatching(/Z$/), paymentId, orderId, outcome: 'succeeded' }
    expect(await sandbox().readJournal({ orderId })).toEqual([
      { ...entry, operation: 'capture', refundId: null, idempotencyKey: paymentId, amount },
      {
        ...entry,
        operation: 'refund',
        refundId: reversal.refundId,
        idempotencyKey: reversal.refundId,
        amount: usd(900),
      },
    ])
    expect(await sandbox().readJournal({ latest: 1 })).toMatchObject([{ operation: 'refund', orderId }])
  })
})

it('Books in a file are what they were when it is opened again, but for a line that was cut off', async () => {
  const path = join(folder, 'reopened.jsonl')
  const charge = givenCharge('tok_refund_flaky')
  const reversal = refundOf(charge, 4900)
  const before = await (async () => {
    await using server = await startSandboxServer({ journal: path })
    const { provider, readJournal, steer } = remoteSandbox({ url: server.url })
    await provider.capture(charge, asking())
    await provider.capture(givenCharge('tok_declined'), asking())
    await expect(provider.refund(reversal, asking().signal)).rejects.toThrow(ProviderRefused)
    await expect(provider.refund(reversal, asking().signal)).rejects.toThrow(ProviderRefused)
    await provider.refund(reversal, asking().signal)
    await steer('up')
    return await readJournal()
  })()
  const whole = await readFile(path, 'utf8')
  await appendFile(path, whole.slice(0, 40))

  await using server = await startSandboxServer({ journal: path })
  expect(await readFile(path, 'utf8')).toBe(whole)
  const { provider, readJournal } = remoteSandbox({ url: server.url })
  expect(await readJournal()).toEqual(before)
  expect(await provider.capture(charge, asking())).toEqual(captured)
  await provider.refund(reversal, asking().signal)
  await expect(provider.refund(refundOf(charge, 1), asking().signal)).rejects.toThrow(ProviderRefused)
  expect(await readJournal()).toEqual(before)
})

it('A damaged book is not opened', async () => {
  const path = join(folder, 'damaged.jsonl')
  await appendFile(path, '{"did":"captured"}\n')
  await expect(startSandboxServer({ journal: path })).rejects.toThrow()
})
