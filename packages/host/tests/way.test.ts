import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type CallContext,
  contextOf,
  DeadlineExceeded,
  defineContract,
  operation,
  remote,
  service,
  Unavailable,
} from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openWay } from '../src/wire/way.ts'

const contract = defineContract({
  name: 'things',
  permissions: {},
  events: {},
  operations: {
    look: operation({
      summary: 'Look',
      input: z.undefined(),
      output: z.string(),
      access: 'internal',
      idempotent: true,
    }),
    push: operation({ summary: 'Push', input: z.undefined(), output: z.string(), access: 'internal' }),
  },
})

type Answer = (request: IncomingMessage, response: ServerResponse, asked: number) => void

/** A server that answers as a test says, and the way to it; counts what came. */
const givenWay = async (answer: Answer) => {
  const sockets = new Set<Socket>()
  const seen: IncomingMessage[] = []
  const server = createServer((request, response) => {
    seen.push(request)
    answer(request, response, seen.length)
  })
  server.on('connection', socket => sockets.add(socket)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const way = openWay({ url: `http://127.0.0.1:${port}`, signActor: async () => 'anybody' })
  return {
    things: remote(contract, { transport: way.transport, signActor: async () => 'anybody' }),
    way,
    seen,
    sockets,
    async [Symbol.asyncDispose]() {
      await way[Symbol.asyncDispose]()
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const well: Answer = (_, response) => response.setHeader('content-type', 'application/json').end('"well"')
const hangUp: Answer = request => request.socket.destroy()
const hang: Answer = () => undefined
const job = contextOf(service('shop'))
const within = (ms: number): CallContext => ({ ...job, deadline: Date.now() + ms })
const errorOf = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )

describe('the way to a neighbour', () => {
  it('has room for so many at a time; that others wait is no fault of the neighbour, and does not keep us from asking how it is', async () => {
    const held: ServerResponse[] = []
    await using given = await givenWay((request, response, asked) => {
      if (request.url?.endsWith('/push')) held.push(response)
      else well(request, response, asked)
    })
    const inside = Array.from({ length: 128 }, () => given.things.push(job, undefined))
    await expect.poll(() => held.length).toBe(128)
    const refused = await Promise.all(
      Array.from({ length: 10 }, () => errorOf(given.things.push(within(50), undefined))),
    )
    for (const error of refused)
      expect(error).toMatchObject({ kind: expect.stringMatching(/^(unavailable|deadline)$/) })
    expect(given.seen).toHaveLength(128)
    expect(given.way.isResting()).toBe(false)
    const greeting = remote(contract, { transport: given.way.directly, signActor: async () => 'anybody' })
    expect(await greeting.look(within(1_000), undefined)).toBe('well')
    for (const response of held) response.end('"well"')
    expect(new Set(await Promise.all(inside))).toEqual(new Set(['well']))
  })

  it('is a connection that is kept, for calls one after the other', async () => {
    await using given = await givenWay(well)
    for (let n = 0; n < 20; n += 1) expect(await given.things.push(job, undefined)).toBe('well')
    expect(given.seen).toHaveLength(20)
    expect(given.sockets.size).toBeLessThanOrEqual(2)
  })

  it('is gone again where that does no harm, and then comes to the same', async () => {
    await using given = await givenWay((request, response, asked) =>
      asked < 3 ? hangUp(request, response, asked) : well(request, response, asked),
    )
    expect(await given.things.look(job, undefined)).toBe('well')
    expect(given.seen).toHaveLength(3)
  })

  it('says each time how long there still is', async () => {
    await using given = await givenWay((request, response, asked) => {
      setTimeout(() => (asked === 1 ? hangUp : well)(request, response, asked), 60)
    })
    await given.things.look(within(3_000), undefined)
    const [first, second] = given.seen.map(({ headers }) => Number(headers['plinth-deadline-ms']))
    expect(first).toBeLessThanOrEqual(3_000)
    expect(second).toBeLessThanOrEqual((first ?? 0) - 60)
  })

  it('is gone once where nobody knows what a second time would do', async () => {
    await using given = await givenWay(hangUp)
    expect(Unavailable.is(await errorOf(given.things.push(job, undefined)))).toBe(true)
    expect(given.seen).toHaveLength(1)
  })

  it('is not gone again for a refusal: that is an answer', async () => {
    const refusal = JSON.stringify({ code: 'unavailable', kind: 'unavailable', message: 'Not now.' })
    await using given = await givenWay((_, response) => response.writeHead(503).end(refusal))
    expect(await errorOf(given.things.look(job, undefined))).toMatchObject({ message: 'Not now.' })
    expect(given.seen).toHaveLength(1)
  })

  it('is left alone after five failures on end, and tried again after a second', async () => {
    let broken = true
    await using given = await givenWay((...asked) => (broken ? hangUp : well)(...asked))
    for (let n = 0; n < 8; n += 1) await errorOf(given.things.push(job, undefined))
    expect([given.seen.length, given.way.isResting()]).toEqual([5, true])
    broken = false
    await eventually(async () => expect(await given.things.push(job, undefined)).toBe('well'), {
      within: 5_000,
      every: 50,
    })
    expect(given.way.isResting()).toBe(false)
  })

  it('is not blamed for those who come without time, or go before the answer', async () => {
    await using given = await givenWay(hang)
    for (let n = 0; n < 6; n += 1)
      expect(DeadlineExceeded.is(await errorOf(given.things.push(within(20), undefined)))).toBe(true)
    const caller = new AbortController()
    const gone = errorOf(given.things.push({ ...job, signal: caller.signal }, undefined))
    await sleep(20)
    caller.abort()
    expect(DeadlineExceeded.is(await gone)).toBe(true)
    expect(given.way.isResting()).toBe(false)
  })

  it('is blamed by those who have waited in vain', async () => {
    await using given = await givenWay(hang)
    const waiting = Array.from({ length: 5 }, () => errorOf(given.things.push(within(1_100), undefined)))
    for (const error of await Promise.all(waiting)) expect(DeadlineExceeded.is(error)).toBe(true)
    await eventually(() => expect(given.way.isResting()).toBe(true), { within: 500, every: 5 })
    const begun = performance.now()
    expect(Unavailable.is(await errorOf(given.things.push(within(3_000), undefined)))).toBe(true)
    expect(performance.now() - begun).toBeLessThan(900)
  })
})
