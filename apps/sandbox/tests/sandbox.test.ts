import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'

const main = join(import.meta.dirname, '..', 'src', 'main.ts')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'plinth-sandbox-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Starts the process and waits for the one line that says where it listens. */
const startSandbox = async (journal: string) => {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, PORT: '0', JOURNAL: join(folder, journal) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const url = await eventually(() => /listening at (http:\/\/[^\s"]+)/.exec(said)?.[1] ?? false, {
    within: 30_000,
  })
  return {
    url,
    lines: () => said.trim().split('\n'),
    end: (signal: NodeJS.Signals) => endOf(child, signal),
    [Symbol.asyncDispose]: () => endOf(child, 'SIGKILL'),
  }
}

const endOf = async (child: ChildProcess, signal: NodeJS.Signals): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

const givenCharge = () => ({
  paymentId: newId<'Payment'>(),
  orderId: newId<'Order'>(),
  amount: { amount: 4900, currency: 'USD' },
  token: 'tok_approved',
})

const send = async (url: string, charge: ReturnType<typeof givenCharge>): Promise<unknown> => {
  const answer = await fetch(`${url}/capture`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(charge),
  })
  return answer.json()
}

const journal = async (url: string): Promise<string[]> => {
  const answer = await fetch(`${url}/journal`)
  const { data } = z
    .object({ data: z.array(z.object({ idempotencyKey: z.string() })) })
    .parse(await answer.json())
  return data.map(({ idempotencyKey }) => idempotencyKey)
}

it('Killed while it captures, it knows afterwards all that it answered, each once', async () => {
  const charges = Array.from({ length: 200 }, givenCharge)
  const answered: string[] = []
  await using first = await startSandbox('killed.jsonl')
  const asked = Promise.allSettled(
    charges.map(async charge => {
      await send(first.url, charge)
      answered.push(charge.paymentId)
    }),
  )
  await eventually(() => answered.length >= 20, { every: 1 })
  await first.end('SIGKILL')
  await asked

  await using second = await startSandbox('killed.jsonl')
  const kept = await journal(second.url)
  expect(kept).toEqual(expect.arrayContaining(answered))
  expect(new Set(kept).size).toBe(kept.length)

  for (const answer of await Promise.all(charges.map(charge => send(second.url, charge))))
    expect(answer).toEqual({ outcome: 'captured' })
  expect((await journal(second.url)).toSorted()).toEqual(charges.map(each => each.paymentId).toSorted())
})

it('It says in one line where it listens, and stops in order', async () => {
  await using sandbox = await startSandbox('stopped.jsonl')
  expect(sandbox.lines()).toHaveLength(1)
  expect((await fetch(`${sandbox.url}/health`)).status).toBe(200)
  await sandbox.end('SIGTERM')
  await expect(fetch(`${sandbox.url}/health`)).rejects.toThrow()
})
