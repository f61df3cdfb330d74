import { setImmediate as nextTurn } from 'node:timers/promises'
import { assertMatch, type CallContext, idOf, newId, pageOf } from '@plinth/kernel'
import { createLogger, createMetrics, type Logger, parseTraceparent } from '@plinth/telemetry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { pageQuery, queryBoolean, queryInt, route } from '../src/index.ts'
import { givenGateway, readThings } from './given.ts'
import { expectProblem } from './problem-schema.ts'

const thing = z.strictObject({ name: z.string(), tags: z.array(z.string()) })
const open = { summary: 'For all', access: 'public', errors: [] } as const
const ada = { id: newId(), roles: ['user'] }

let given: Awaited<ReturnType<typeof givenGateway>>
let present: z.infer<typeof thing> & { secret?: string }
const contexts: CallContext[] = []
const logged: string[] = []
const metrics = createMetrics({ defaults: false })
const logger: Logger = createLogger({
  service: 'test',
  level: 'info',
  destination: { write: line => void logged.push(line) },
})

beforeAll(async () => {
  given = await givenGateway({
    logger,
    metrics,
    routes: app => {
      const shared = { tag: 'Things', operation: open }
      route(app, {
        ...shared,
        method: 'GET',
        path: '/thing',
        id: 'getThing',
        responses: { 200: thing },
        etag: true,
        handle: async ({ context }) => {
          contexts.push(context)
          return { status: 200, body: present }
        },
      })
      route(app, {
        ...shared,
        method: 'PUT',
        path: '/thing',
        id: 'setThing',
        body: thing,
        responses: { 200: thing },
        etag: true,
        handle: async ({ body, ifMatch }) => {
          assertMatch(ifMatch.ifMatch, present)
          present = body
          return { status: 200, body: present }
        },
      })
      route(app, {
        ...shared,
        method: 'GET',
        path: '/things',
        id: 'listThings',
        query: z.strictObject({
          ...pageQuery,
          max: queryInt(0, 1000).optional(),
          inStock: queryBoolean.optional(),
          owner: idOf('User').optional(),
        }),
        responses: { 200: pageOf(z.looseObject({})) },
        handle: async ({ query }) => ({ status: 200, body: { data: [query], nextCursor: null } }),
      })
      route(app, {
        ...shared,
        method: 'GET',
        path: '/mine',
        id: 'mine',
        operation: { ...open, access: [readThings] },
        responses: { 204: null },
        handle: async () => ({ status: 204 }),
      })
      route(app, {
        ...shared,
        method: 'POST',
        path: '/hook',
        id: 'hook',
        body: z.string(),
        rawBody: true,
        responses: { 200: z.string() },
        handle: async ({ body, headers }) => ({ status: 200, body: `${headers['x-signature']} ${body}` }),
      })
      route(app, {
        ...shared,
        method: 'POST',
        path: '/noted',
        id: 'noted',
        body: thing,
        responses: { 204: null },
        handle: async () => {
          await nextTurn()
          logger.info('noted')
          return { status: 204 }
        },
      })
    },
  })
})
afterAll(() => given[Symbol.asyncDispose]())

describe('A single resource', () => {
  it('has a strong ETag, by what it says and not by how', async () => {
    present = { name: 'a', tags: [] }
    const first = await given.send('GET', '/thing')
    expect(first.headers.etag).toMatch(/^"[\w-]{22}"$/)
    present = { tags: [], name: 'a' }
    expect((await given.send('GET', '/thing')).headers.etag).toBe(first.headers.etag)
    present = { name: 'a', tags: ['new'] }
    expect((await given.send('GET', '/thing')).headers.etag).not.toBe(first.headers.etag)
  })

  it('is not sent again to who has it', async () => {
    present = { name: 'a', tags: [] }
    const { etag = '' } = (await given.send('GET', '/thing')).headers
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const answer = await given.send('GET', '/thing', { headers: { 'if-none-match': String(known) } })
      expect(answer).toMatchObject({ status: 304, text: '' })
      expect(answer.headers).toMatchObject({ etag, 'cache-control': 'no-cache' })
      expect(answer.headers).not.toHaveProperty('content-type')
    }
    const stale = await given.send('GET', '/thing', { headers: { 'if-none-match': '"other"' } })
    expect(stale.status).toBe(200)
  })

  it('is changed by who knows what it is now, and by nobody else', async () => {
    present = { name: 'a', tags: [] }
    const { etag = '' } = (await given.send('GET', '/thing')).headers
    const change = { name: 'b', tags: [] }
    const put = (condition: string) =>
      given.send('PUT', '/thing', { body: change, headers: { 'if-match': condition } })
    const changed = await put(String(etag))
    expect(changed.status).toBe(200)
    expectProblem(await put(String(etag)), 412, 'precondition_failed')
    expectProblem(await put(`W/${changed.headers.etag}`), 412, 'precondition_failed')
    expect((await put(`"other", ${changed.headers.etag}`)).status).toBe(200)
    expect((await put('*')).status).toBe(200)
  })

  it('can be asked about without being sent', async () => {
    present = { name: 'a', tags: [] }
    const { headers } = await given.send('GET', '/thing')
    const answer = await given.send('HEAD', '/thing')
    expect(answer).toMatchObject({ status: 200, text: '' })
    expect(answer.headers).toMatchObject({
      etag: headers.etag,
      'content-type': headers['content-type'],
      'content-length': headers['content-length'],
    })
  })
})

it('sends only what the schema of the answer names, and says so in the log', async () => {
  present = { name: 'a', tags: [], secret: 'hunter2' }
  logged.length = 0
  const answer = await given.send('GET', '/thing')
  expect(answer.body).toStrictEqual({ name: 'a', tags: [] })
  expect(logged.join()).toContain('/secret')
  expect(logged.join()).not.toContain('hunter2')
})

describe('A query', () => {
  const items = async (query: string) => (await given.send('GET', `/things?${query}`)).body.data[0]
  const wrong = async (query: string) => {
    const answer = await given.send('GET', `/things?${query}`)
    expectProblem(answer, 400, 'validation_failed')
    return answer.body.errors.map(({ parameter }: { readonly parameter: string }) => parameter)
  }

  it('is text that means numbers, truth and ids', async () => {
    const owner = newId()
    expect(await items(`limit=7&max=0&inStock=true&owner=${owner}&cursor=a%2Bb+c`)).toStrictEqual({
      limit: 7,
      max: 0,
      inStock: true,
      owner,
      cursor: 'a+b c',
    })
    expect(await items('')).toStrictEqual({ limit: 20 })
  })

  it.each(['limit=0', 'limit=101', 'limit=1.5', 'limit=', 'limit=x', 'limit=1e1', 'limit=%2B5', 'limit=0x1'])(
    'cannot say %s',
    async query => {
      expect(await wrong(query)).toStrictEqual(['limit'])
    },
  )

  it('is told all that is wrong with it at once', async () => {
    expect(await wrong('limit=0&inStock=yes&owner=1&max=-1&page=2')).toStrictEqual([
      'limit',
      'max',
      'inStock',
      'owner',
      'page',
    ])
  })
})

describe('What may be kept', () => {
  it('is nothing that belongs to somebody', async () => {
    expect((await given.send('GET', '/mine', { as: ada })).headers['cache-control']).toBe('no-store')
    expect((await given.send('GET', '/thing', { as: ada })).headers['cache-control']).toBe('no-store')
  })

  it('is what everybody may see, asked about each time', async () => {
    expect((await given.send('GET', '/thing')).headers['cache-control']).toBe('no-cache')
  })

  it('is no answer to a change', async () => {
    const answer = await given.send('PUT', '/thing', { body: { name: 'b', tags: [] } })
    expect(answer.headers['cache-control']).toBe('no-store')
  })
})

describe('A request', () => {
  it('has a name of its own, or keeps the one it came with', async () => {
    const named = await given.send('GET', '/thing', { headers: { 'x-request-id': 'abc-123:4.5_6' } })
    expect(named.headers['x-request-id']).toBe('abc-123:4.5_6')
    expect(contexts.at(-1)?.requestId).toBe('abc-123:4.5_6')
    for (const bad of ['', 'a b', '<script>', 'x'.repeat(129), 'a"b']) {
      const answer = await given.send('GET', '/thing', { headers: { 'x-request-id': bad } })
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('goes on with the trace it came with', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
    await given.send('GET', '/thing', { headers: { traceparent } })
    const own = parseTraceparent(contexts.at(-1)?.traceparent)
    expect(own?.traceId).toBe('4bf92f3577b34da6a3ce929d0e0e4736')
    expect(own?.parentId).not.toBe('00f067aa0ba902b7')
    await given.send('GET', '/thing', { headers: { traceparent: 'nonsense' } })
    expect(parseTraceparent(contexts.at(-1)?.traceparent)).toBeDefined()
  })

  it('knows whence it comes and until when it is waited for', async () => {
    await given.send('GET', '/thing', { from: '192.0.2.7' })
    const context = contexts.at(-1)
    expect(context?.address).toBe('192.0.2.7')
    expect((context?.deadline ?? 0) - Date.now()).toBeGreaterThan(3000)
    expect((context?.deadline ?? 0) - Date.now()).toBeLessThanOrEqual(4000)
  })

  it('is on every line that is logged on its behalf, after its body was waited for, too', async () => {
    logged.length = 0
    await given.listen()
    const address = given.app.server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    await fetch(`http://127.0.0.1:${port}/noted`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'req-9' },
      body: JSON.stringify({ name: 'a', tags: ['x'.repeat(200_000)] }),
    })
    expect(logged.find(line => line.includes('noted') && !line.includes('route'))).toContain('"req-9"')
  })

  it('is measured by its route, and never by what it asks for', async () => {
    await given.send('GET', '/things?limit=5')
    await given.send('GET', '/nobody/knows/this')
    const text = await metrics.text()
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="\/things",status="200"\}/)
    expect(text).toMatch(/http_request_duration_seconds_count\{method="GET",route="unknown",status="404"\}/)
    expect(text).not.toContain('nobody')
  })

  it('may be taken as it comes, for a signature', async () => {
    const body = '{ "b":1,  "a":1 }'
    const answer = await given.send('POST', '/hook', { body, headers: { 'x-signature': 'v1' } })
    expect(answer.body).toBe(`v1 ${body}`)
  })
})
