import { once } from 'node:events'
import { type RequestOptions, request as send } from 'node:http'
import { Readable } from 'node:stream'
import { type Actor, anonymous, declareError, NotFound, service } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Forward, type ForwardedRequest, forwardRoutes, route } from '../src/index.ts'
import { givenGateway, givenGatewayDatabase, readThings, writeThings } from './given.ts'

const thing = z.strictObject({ id: z.string(), name: z.string() })
const Taken = declareError('name_taken', { kind: 'conflict', description: 'It is taken.' })
const open = { access: 'public', errors: [] } as const

/** What the handlers behind have seen of the requests that reached them. */
let seen: { actor: Actor; address: string | undefined; left: number; key: string | undefined }[] = []

const routes = async (app: FastifyInstance): Promise<void> => {
  route(app, {
    method: 'GET',
    path: '/v1/things/:id',
    id: 'getThing',
    tag: 'Things',
    operation: { summary: 'See', ...open, errors: [NotFound] },
    params: z.strictObject({ id: z.string().regex(/^[a-z]+$/) }),
    query: z.strictObject({ loud: z.string().optional() }),
    responses: { 200: thing },
    etag: true,
    handle: async ({ context, params }) => {
      const { actor, address, deadline = 0, idempotencyKey: key } = context
      seen.push({ actor, address, key, left: deadline - Date.now() })
      if (params.id === 'none') throw NotFound()
      return { status: 200, body: { id: params.id, name: 'Grüße' }, headers: { 'x-shelf': '7' } }
    },
  })
  route(app, {
    method: 'POST',
    path: '/v1/things',
    id: 'makeThing',
    tag: 'Things',
    operation: { summary: 'Make', access: [writeThings], errors: [Taken] },
    body: z.strictObject({ name: z.string() }),
    responses: { 201: thing },
    idempotency: 'accepted',
    handle: async ({ context, body }) => {
      const { actor, address, deadline = 0, idempotencyKey: key } = context
      seen.push({ actor, address, key, left: deadline - Date.now() })
      if (body.name === 'taken') throw Taken()
      return { status: 201, body: { id: 'new', name: body.name }, headers: { location: '/v1/things/new' } }
    },
  })
  route(app, {
    method: 'DELETE',
    path: '/v1/things/:id',
    id: 'dropThing',
    tag: 'Things',
    operation: { summary: 'Drop', access: [readThings, writeThings], errors: [] },
    params: z.strictObject({ id: z.string() }),
    responses: { 204: null },
    handle: async () => ({ status: 204 }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/login',
    id: 'login',
    tag: 'Things',
    operation: { summary: 'In', ...open },
    limit: 'credentials',
    provesAccount: true,
    body: z.strictObject({ email: z.string(), password: z.string() }),
    responses: { 204: null },
    handle: async () => ({ status: 204 }),
  })
}

/** A token that anybody could forge: the tests' stand-in for a signed one. */
const tokenFor = (actor: Actor) =>
  ['gateway', Buffer.from(JSON.stringify(actor)).toString('base64url'), 'x'].join('.')
const verify = async (token: string): Promise<Actor | undefined> => {
  const [kind, claims = ''] = token.split('.')
  if (kind === 'forged') throw new Error('bad signature')
  return kind === 'gateway' ? JSON.parse(Buffer.from(claims, 'base64url').toString()) : undefined
}

type Given = Awaited<ReturnType<typeof givenGateway>>
let database: Awaited<ReturnType<typeof givenGatewayDatabase>>
let behind: Given
let front: Given
/** What was passed on, and how; a test may break it. */
let passed: ForwardedRequest[] = []
let pass: Forward

const through: Forward = async request => {
  const { method, path, headers, body, actor } = request
  const answer = await behind.app.inject({
    method: method === 'GET' ? 'GET' : method === 'POST' ? 'POST' : method === 'HEAD' ? 'HEAD' : 'DELETE',
    url: path,
    headers: { host: 'behind.internal', ...headers(), authorization: `Bearer ${tokenFor(actor)}` },
    ...(body !== undefined && { payload: body }),
  })
  const { 'transfer-encoding': _, ...kept } = answer.headers
  const answered = Object.entries(kept).map(([name, value]) => [
    name,
    typeof value === 'number' ? String(value) : value,
  ])
  return {
    status: answer.statusCode,
    headers: Object.fromEntries(answered),
    body: Readable.from([answer.rawPayload]),
  }
}

beforeAll(async () => {
  database = await givenGatewayDatabase()
  const limits = { general: 1_000, credentialsByAccount: 3, credentialsByAddress: 100 }
  behind = await givenGateway({ routes, pool: database.pool, passedOn: { verify } })
  front = await givenGateway({
    limits,
    routes: app =>
      forwardRoutes(app, routes, request => {
        passed.push(request)
        return pass(request)
      }),
  })
})
afterAll(async () => {
  await front?.[Symbol.asyncDispose]()
  await behind?.[Symbol.asyncDispose]()
  await database?.[Symbol.asyncDispose]()
})
beforeEach(() => {
  seen = []
  passed = []
  pass = through
})

const ada = { id: 'ada', roles: ['seller'] }
const bob = { id: 'bob', roles: ['user'] }
const fixed = { 'x-request-id': 'one' }

describe('A route that is answered elsewhere', () => {
  it.each<[string, Parameters<Given['send']>]>([
    ['what is there', ['GET', '/v1/things/tea', { headers: fixed }]],
    ['what is there, of its head', ['HEAD', '/v1/things/tea', { headers: fixed }]],
    ['what is not there', ['GET', '/v1/things/none', { headers: fixed }]],
    ['a name that cannot be', ['GET', '/v1/things/TEA', { headers: fixed }]],
    ['a parameter that there is not', ['GET', '/v1/things/tea?quiet=1', { headers: fixed }]],
    ['what somebody makes', ['POST', '/v1/things', { headers: fixed, as: ada, body: { name: 'Tee' } }]],
    ['what is refused', ['POST', '/v1/things', { headers: fixed, as: ada, body: { name: 'taken' } }]],
    ['what is malformed', ['POST', '/v1/things', { headers: fixed, as: ada, body: '{"name":' }]],
    ['what does not fit', ['POST', '/v1/things', { headers: fixed, as: ada, body: { name: 1, price: 2 } }]],
    [
      'another type of body',
      ['POST', '/v1/things', { headers: { ...fixed, 'content-type': 'text/xml' }, as: ada, body: '<x/>' }],
    ],
    ['no body', ['POST', '/v1/things', { headers: fixed, as: ada }]],
    ['what is dropped', ['DELETE', '/v1/things/tea', { headers: fixed, as: ada }]],
    ['who is not signed in', ['POST', '/v1/things', { headers: fixed, body: { name: 'x' } }]],
    ['who may not', ['POST', '/v1/things', { headers: fixed, as: bob, body: { name: 'x' } }]],
    ['a token that is no good', ['GET', '/v1/things/tea', { headers: fixed, as: 'a.b.c' }]],
    ['a method that there is not', ['PUT', '/v1/things/tea', { headers: fixed, body: {} }]],
  ])('answers as if it were here: %s', async (_, [method, url, sent]) => {
    const [far, near] = [await front.send(method, url, sent), await behind.send(method, url, sent)]
    expect(far.text).toBe(near.text)
    const telling = ({ status, headers: { date: _d, connection: _c, ...headers } }: typeof far) => ({
      status,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith('ratelimit'))),
    })
    expect(telling(far)).toEqual(telling(near))
  })

  it('answers 304 to who has it already', async () => {
    const { headers } = await front.send('GET', '/v1/things/tea')
    const again = await front.send('GET', '/v1/things/tea', {
      headers: { 'if-none-match': String(headers.etag) },
    })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  it('lets nobody through who may not', async () => {
    await front.send('POST', '/v1/things', { body: { name: 'x' } })
    await front.send('POST', '/v1/things', { as: bob, body: { name: 'x' } })
    await front.send('GET', '/v1/things/tea', { as: 'a.b.c' })
    expect(passed).toEqual([])
  })

  it('says for whom it is, from where, and how long there is', async () => {
    await front.send('POST', '/v1/things', {
      as: ada,
      body: { name: 'x' },
      from: '192.0.2.7',
      headers: { 'idempotency-key': 'k1' },
    })
    expect(seen).toEqual([
      {
        actor: {
          kind: 'user',
          id: 'ada',
          sessionId: 'session-1',
          roles: ['seller'],
          permissions: [writeThings.name],
        },
        address: '192.0.2.7',
        key: 'k1',
        left: expect.any(Number),
      },
    ])
    expect(seen[0]?.left).toBeGreaterThan(1_000)
    expect(seen[0]?.left).toBeLessThanOrEqual(4_000)
  })

  it('keeps the id and the trace of a request', async () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const answer = await front.send('GET', '/v1/things/tea', {
      headers: { 'x-request-id': 'a:b', traceparent },
    })
    expect(answer.headers['x-request-id']).toBe('a:b')
    expect(passed[0]?.headers()).toMatchObject({
      'x-request-id': 'a:b',
      traceparent: expect.stringContaining('0af7651916cd43dd8448eb211c80319c'),
    })
  })

  it('passes on what goes on with a request, and nothing that ends here or is not for clients to say', async () => {
    await front.send('GET', '/v1/things/tea?loud=1', {
      headers: {
        'accept-language': 'de',
        'user-agent': 'browser',
        connection: 'keep-alive, x-hop',
        'x-hop': '1',
        te: 'trailers',
        'proxy-authorization': 'secret',
        origin: 'https://elsewhere.example',
        'x-forwarded-for': '203.0.113.1',
        'plinth-client-address': '203.0.113.1',
        'plinth-deadline-ms': '999999',
        'plinth-contract': 'things/9',
      },
    })
    expect(passed[0]?.path).toBe('/v1/things/tea?loud=1')
    expect(passed[0]?.headers()).toEqual({
      'accept-language': 'de',
      'user-agent': 'browser',
      'plinth-client-address': '127.0.0.1',
      'plinth-deadline-ms': expect.stringMatching(/^(4000|[0-3]?\d{1,3})$/),
      'x-request-id': expect.any(String),
      traceparent: expect.any(String),
    })
  })

  it('passes on an answer without what was for its connection alone', async () => {
    pass = async () => ({
      status: 200,
      headers: {
        'content-type': 'text/plain',
        connection: 'close, x-hop',
        'x-hop': '1',
        'keep-alive': 'timeout=5',
        'x-shelf': '7',
        'x-request-id': 'another',
      },
      body: Readable.from(['well']),
    })
    const { text, headers } = await front.send('GET', '/v1/things/tea', { headers: fixed })
    expect(text).toBe('well')
    expect(headers).toMatchObject({ 'x-shelf': '7', 'x-request-id': 'one' })
    for (const name of ['x-hop', 'keep-alive']) expect(headers).not.toHaveProperty(name)
  })

  it('is unavailable, as a problem, when nobody answers', async () => {
    pass = () => Promise.reject(new Error('ECONNREFUSED 10.0.0.1'))
    const answer = await front.send('GET', '/v1/things/tea')
    expect([answer.status, answer.body]).toMatchObject([503, { code: 'unavailable' }])
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.text).not.toContain('10.0.0.1')
  })

  it('takes no larger body than any other', async () => {
    const answer = await front.send('POST', '/v1/things', {
      as: ada,
      body: { name: 'x'.repeat(1024 * 1024) },
    })
    expect([answer.status, answer.body]).toMatchObject([413, { code: 'payload_too_large' }])
    expect(passed).toEqual([])
  })

  it('counts tries at an account here, and tells of it; what is malformed is not counted', async () => {
    const tries = async (body: unknown) => (await front.send('POST', '/v1/login', { body })).status
    const login = { email: 'ada@example.com', password: 'x' }
    pass = async () => ({ status: 401, headers: {}, body: Readable.from([]) })
    for (let n = 0; n < 5; n += 1) expect(await tries({ email: login.email })).toBe(401)
    expect([await tries(login), await tries(login), await tries(login), await tries(login)]).toEqual([
      401, 401, 401, 429,
    ])
  })

  it('gives the first answer again to a key that is used again', async () => {
    const sent = { as: ada, body: { name: 'x' }, headers: { 'idempotency-key': 'k2' } }
    const [first, again] = [
      await front.send('POST', '/v1/things', sent),
      await front.send('POST', '/v1/things', sent),
    ]
    expect(again.text).toBe(first.text)
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([undefined, 'true'])
    const other = await front.send('POST', '/v1/things', { ...sent, body: { name: 'y' } })
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused' })
  })
})

describe('A gateway that another passes requests on to', () => {
  const as = (actor: Actor) => ({ as: tokenFor(actor) })

  it('counts nothing, for that was done', async () => {
    const { status, headers } = await behind.send('GET', '/v1/things/tea', as(anonymous))
    expect(status).toBe(200)
    expect(headers).not.toHaveProperty('ratelimit-limit')
  })

  it('takes no token that is no good, nor one of a part of the shop that speaks for nobody', async () => {
    expect((await behind.send('GET', '/v1/things/tea', { as: 'forged.x.x' })).status).toBe(401)
    expect((await behind.send('GET', '/v1/things/tea', as(service('orders')))).status).toBe(401)
  })

  it('believes nobody else where a request comes from', async () => {
    const headers = { 'plinth-client-address': '203.0.113.1', 'plinth-deadline-ms': '1' }
    await behind.send('GET', '/v1/things/tea', { headers, from: '192.0.2.9' })
    expect(seen[0]?.address).toBe('192.0.2.9')
    expect(seen[0]?.left).toBeGreaterThan(1_000)
  })
})

describe('Over a network', () => {
  const ask = async (url: string, options: RequestOptions = {}) => {
    const request = send(`${url}/v1/things/tea`, options)
    request.on('error', () => undefined)
    request.end()
    return request
  }

  it('an answer goes on as it comes, before all of it is there', async () => {
    const body = new Readable({ read: () => undefined })
    pass = async () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body })
    const url = await front.listen()
    body.push('first')
    const [response] = await once(await ask(url), 'response')
    const [chunk] = await once(response, 'data')
    expect(String(chunk)).toBe('first')
    body.push(null)
    await once(response, 'end')
  })

  it('who hangs up is not waited for any more elsewhere', async () => {
    const reached = Promise.withResolvers<AbortSignal>()
    pass = async ({ signal }) => {
      reached.resolve(signal)
      return new Promise(() => undefined)
    }
    const { port } = new URL(front.app.listeningOrigin)
    const request = await ask(`http://127.0.0.1:${port}`)
    const signal = await reached.promise
    request.destroy()
    if (!signal.aborted) await once(signal, 'abort')
  })
})
