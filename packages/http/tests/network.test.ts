import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { eventually } from '@plinth/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'
import { expectProblem } from './problem-schema.ts'

const operation = { summary: 'A thing', access: 'public' as const, errors: [] }
const held: { readonly signal: AbortSignal | undefined; readonly letGo: () => void }[] = []
let given: Awaited<ReturnType<typeof givenGateway>>
let url: URL

beforeAll(async () => {
  given = await givenGateway({
    bodyLimit: 1000,
    routes: app => {
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
        path: '/hold',
        id: 'hold',
        tag: 'Things',
        operation,
        responses: { 204: null },
        handle: ({ context }) =>
          new Promise(resolve => {
            held.push({ signal: context.signal, letGo: () => resolve({ status: 204 }) })
          }),
      })
    },
  })
  url = new URL(await given.listen())
})
afterAll(() => given[Symbol.asyncDispose]())

describe('What the parser refuses is a problem document', () => {
  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
    ['a method that is none', 'SHOP / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'bad_request'],
    [
      'two lengths',
      'POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n',
      400,
      'bad_request',
    ],
    ['NUL in a header', 'GET /hold HTTP/1.1\r\nhost: x\r\nx-a: \0\r\n\r\n', 400, 'bad_request'],
    ['no host', 'GET /hold HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    [
      'large headers',
      `GET /hold HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    [
      'an expectation',
      'POST /echo HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\ncontent-length: 0\r\n\r\n',
      417,
      'expectation_failed',
    ],
  ])('for %s', async (_, request, status, code) => {
    expectProblem(await exchange(request), status, code)
  })

  it('whose body HEAD does not get: it would be taken for the next answer', async () => {
    const socket = connect(Number(url.port), url.hostname)
    socket.write('HEAD /hold\u00e9 HTTP/1.1\r\nhost: x\r\n\r\n', 'latin1')
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\n$/s)
  })

  it('for a body that grows too large without having said so', async () => {
    const chunk = `200\r\n${'a'.repeat(0x200)}\r\n`
    const answer = await exchange(
      `POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n${chunk}${chunk}${chunk}0\r\n\r\n`,
    )
    expectProblem(answer, 413, 'payload_too_large')
  })

  it('for a body that is far too large, to whoever is still sending it', async () => {
    const body = 'a'.repeat(20_000_000)
    for (let times = 0; times < 5; times += 1) {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(new URL('/echo', url), { method: 'POST', headers, body })
      expect(answer.status).toBe(413)
      expect(await answer.json()).toMatchObject({ code: 'payload_too_large' })
    }
  })

  it('for a body that does not end, and then the connection is closed', async () => {
    const socket = connect(Number(url.port), url.hostname)
    const closed = once(socket, 'close')
    let answer = ''
    socket.on('data', bytes => {
      answer += bytes
    })
    socket.write('POST /echo HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n')
    socket.write('content-length: 2000\r\n\r\nand so on')
    await closed
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })

  it('for chunks without a content type', async () => {
    const answer = await exchange(
      'POST /echo HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    )
    expectProblem(answer, 415, 'unsupported_media_type')
  })
})

it('tells the operation when the client hangs up', async () => {
  const socket = connect(Number(url.port), url.hostname)
  const before = held.length
  socket.write('GET /hold HTTP/1.1\r\nhost: x\r\n\r\n')
  const call = await eventually(() => held[before] ?? false)
  expect(call.signal?.aborted).toBe(false)
  socket.destroy()
  await eventually(() => call.signal?.aborted ?? false)
  call.letGo()
})

it('does not take an answered request for a client that hangs up', async () => {
  const before = held.length
  const answer = fetch(new URL('/hold', url))
  const call = await eventually(() => held[before] ?? false)
  call.letGo()
  expect((await answer).status).toBe(204)
  expect(call.signal?.aborted).toBe(false)
})

it('answers 503 within five seconds, whatever an operation waits for', async () => {
  const begun = performance.now()
  const answer = await fetch(new URL('/hold', url))
  expect(performance.now() - begun).toBeLessThan(5000)
  expectProblem(
    { status: answer.status, headers: Object.fromEntries(answer.headers), body: await answer.json() },
    503,
    'unavailable',
  )
  expect(answer.headers.get('retry-after')).toBe('1')
  held.at(-1)?.letGo()
  expect((await fetch(new URL('/nothing', url))).status).toBe(404)
})

/** Sends bytes on a connection of their own and reads the answer to its end. */
const exchange = async (bytes: string) => {
  const socket = connect(Number(url.port), url.hostname)
  const chunks: Buffer[] = []
  socket.on('data', chunk => chunks.push(chunk))
  socket.write(bytes, 'latin1')
  await eventually(() => Buffer.concat(chunks).toString().includes('}'))
  socket.destroy()
  if (!socket.closed) await once(socket, 'close')
  const [head = '', body = ''] = Buffer.concat(chunks).toString().split('\r\n\r\n')
  const [statusLine = '', ...lines] = head.split('\r\n')
  return {
    status: Number(statusLine.split(' ')[1]),
    headers: Object.fromEntries(
      lines.map(line => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
    ),
    body: JSON.parse(body),
  }
}
