import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { eventually } from '@plinth/testing'
import type { FastifyInstance } from 'fastify'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import type { ConnectionLimits } from '../src/connections.ts'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'

const operation = { summary: 'A thing', access: 'public' as const, errors: [] }
const big = 'x'.repeat(32 * 1024 * 1024)

const routes = (app: FastifyInstance) => {
  route(app, {
    method: 'POST',
    path: '/echo',
    id: 'echo',
    tag: 'Things',
    operation,
    body: z.strictObject({ text: z.string() }),
    responses: { 200: z.strictObject({ text: z.string() }) },
    handle: async ({ body }) => ({ status: 200, body }),
  })
  route(app, {
    method: 'GET',
    path: '/big',
    id: 'big',
    tag: 'Things',
    operation,
    responses: { 200: z.string() },
    handle: async () => ({ status: 200, body: big }),
  })
}

const open: Socket[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.destroy()
})

const givenConnection = async (limits: Partial<ConnectionLimits> = {}) => {
  const given = await givenGateway({ routes, ...limits })
  const url = await given.listen()
  const { port } = new URL(url)
  const accepted = once(given.app.server, 'connection')
  const socket = connect(Number(port), '127.0.0.1')
  open.push(socket)
  socket.on('error', () => undefined)
  await accepted
  return { ...given, url, socket }
}

/** Asks for more than a connection can hold, and does not read. Resolves once the answer is under way. */
const askForMuch = async (app: FastifyInstance, socket: Socket) => {
  const asked = once(app.server, 'request')
  socket.pause().write('GET /big HTTP/1.1\r\nhost: shop.example\r\n\r\n')
  const [, response] = await asked
  await eventually(() => response.writableEnded)
}

const connectionsOf = (app: FastifyInstance) =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, count) => (error === null ? resolve(count) : reject(error))),
  )

const timeToStop = async (app: FastifyInstance) => {
  const begun = performance.now()
  await app.close()
  return performance.now() - begun
}

it('stops though a connection was opened on which no request came', async () => {
  const { app } = await givenConnection()
  expect(await timeToStop(app)).toBeLessThan(1000)
})

it('stops though half a request came', async () => {
  const { app, socket } = await givenConnection()
  socket.write('GET /big HTTP/1.1\r\nhost: shop.exa')
  expect(await timeToStop(app)).toBeLessThan(1000)
})

it('stops though a client does not read its answer', async () => {
  const { app, socket } = await givenConnection()
  await askForMuch(app, socket)
  expect(await timeToStop(app)).toBeLessThan(7000)
}, 10_000)

it('cuts off no answer that a client is still reading', async () => {
  const { app, socket } = await givenConnection()
  await askForMuch(app, socket)
  const closed = app.close()
  await eventually(() => !app.server.listening)
  let received = 0
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length
  })
  await once(socket.resume(), 'close')
  expect(received).toBeGreaterThan(big.length)
  await closed
})

it('still serves who had just connected when the stop began', async () => {
  const { app, socket } = await givenConnection()
  const closed = app.close()
  await eventually(() => !app.server.listening)
  const answer = once(socket, 'data')
  socket.write('GET /health HTTP/1.1\r\nhost: shop.example\r\n\r\n')
  expect(String(await answer)).toMatch(/^HTTP\/1.1 404 .*\r\nconnection: close\r\n/is)
  await closed
})

it('tells a client that its body came too slowly, and hangs up', async () => {
  const { socket, ...given } = await givenConnection()
  let received = ''
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString()
  })
  socket.write(
    'POST /echo HTTP/1.1\r\nhost: shop.example\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"text":',
  )
  await once(socket, 'close')
  expect(received).toMatch(/^HTTP\/1.1 408 .*"code":"request_timeout"/s)
  expect(received.match(/HTTP\/1.1/g)).toHaveLength(1)
  await given[Symbol.asyncDispose]()
}, 10_000)

it('tells a client that its headers come too slowly, and hangs up', async () => {
  const { socket, ...given } = await givenConnection()
  let received = ''
  socket.on('data', (bytes: Buffer) => {
    received += bytes.toString()
  })
  const begun = performance.now()
  socket.write('GET /big HTTP/1.1\r\nhost: shop.example\r\n')
  let line = 0
  const dribble = setInterval(() => {
    line += 1
    socket.write(`x-more-${line}: a\r\n`)
  }, 500)
  await once(socket, 'close')
  clearInterval(dribble)
  expect(received).toMatch(/^HTTP\/1.1 408 .*"code":"request_timeout"/s)
  expect(performance.now() - begun).toBeLessThan(13_000)
  await given[Symbol.asyncDispose]()
}, 20_000)

it('hangs up on a client that takes its answer bit by bit', async () => {
  const { app, socket, ...given } = await givenConnection({ answerTimeoutMs: 1500 })
  await askForMuch(app, socket)
  let received = 0
  socket.on('data', (bytes: Buffer) => {
    received += bytes.length
    socket.pause()
  })
  socket.pause()
  const dribble = setInterval(() => socket.resume(), 100)
  await eventually(() => connectionsOf(app).then(connections => connections === 0), { within: 5000 })
  clearInterval(dribble)
  expect(received).toBeGreaterThan(0)
  expect(received).toBeLessThan(big.length)
  await given[Symbol.asyncDispose]()
}, 10_000)

it('lets whoever comes take the place of whoever has waited longest, and of nobody who is being served', async () => {
  const { app, socket: served, ...given } = await givenConnection({ maxConnections: 3 })
  await askForMuch(app, served)
  const { port } = new URL(given.url)
  const join = async () => {
    const accepted = once(app.server, 'connection')
    const socket = connect(Number(port), '127.0.0.1')
    open.push(socket)
    await accepted
    return socket
  }
  const waiting = await join()
  const hungUp = once(waiting, 'close')
  const asking = await join()
  // Keeps its connection after the answer, as most clients do.
  asking.write('GET /nowhere HTTP/1.1\r\nhost: shop.example\r\n\r\n')
  expect(String(await once(asking, 'data'))).toMatch(/^HTTP\/1.1 404 /)
  const newcomer = await join()
  await hungUp
  newcomer.write('GET /nowhere HTTP/1.1\r\nhost: shop.example\r\n\r\n')
  expect(String(await once(newcomer, 'data'))).toMatch(/^HTTP\/1.1 404 /)
  expect([served.destroyed, asking.destroyed]).toEqual([false, false])
  await given[Symbol.asyncDispose]()
}, 20_000)

it.each([
  ['a body that is no JSON', 'application/json', '{'],
  ['a body that is too large', 'application/json', `"${'x'.repeat(2000)}"`],
  ['a body of another kind', 'text/plain', 'x'],
])(
  'says that a route is not there, or does not take the method, before it reads %s',
  async (_, type, body) => {
    await using given = await givenGateway({ bodyLimit: 1000, routes })
    const sent = { body, headers: { 'content-type': type } }
    expect((await given.send('POST', '/nowhere', sent)).status).toBe(404)
    const refused = await given.send('PUT', '/echo', sent)
    expect(refused.status).toBe(405)
    expect(Number(refused.headers['ratelimit-remaining'])).toBeGreaterThan(0)
  },
)
