import { declareError } from '@plinth/kernel'
import { createMetrics } from '@plinth/telemetry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { serveDocs } from '../src/docs.ts'
import { type DependencyHealth, pageQuery, route, serveHealth, serveMetrics } from '../src/index.ts'
import { givenGateway, readThings, writeThings } from './given.ts'
import { expectProblem } from './problem-schema.ts'

const OutOfStock = declareError('out_of_stock', {
  kind: 'conflict',
  description: 'There is not enough.',
  details: z.strictObject({ lines: z.array(z.strictObject({ left: z.int() })) }),
})
const thing = z.strictObject({ name: z.string() }).meta({ id: 'Thing', examples: [{ name: 'Lamp' }] })
const code = z.string().regex(/^[A-Z]{9}$/)

let given: Awaited<ReturnType<typeof givenGateway>>
let health: Record<string, DependencyHealth> = {}
let stopping = false

beforeAll(async () => {
  given = await givenGateway({
    routes: async app => {
      route(app, {
        method: 'PUT',
        path: '/v1/things/:thingId',
        id: 'setThing',
        tag: 'Things',
        operation: { summary: 'Set a thing', access: [readThings, writeThings], errors: [OutOfStock] },
        params: z.strictObject({ thingId: z.uuid() }),
        body: thing,
        responses: { 200: thing },
        etag: true,
        handle: async ({ body }) => ({ status: 200, body }),
      })
      route(app, {
        method: 'POST',
        path: '/v1/things',
        id: 'createThing',
        tag: 'Things',
        operation: { summary: 'Make a thing', access: [writeThings], errors: [] },
        body: z.strictObject({
          name: z.string().min(6),
          amount: z.int().min(3),
          note: z.string().optional(),
        }),
        responses: { 201: z.strictObject({ code }) },
        idempotency: 'required',
        handle: async () => ({ status: 201, body: {} }),
      })
      route(app, {
        method: 'GET',
        path: '/v1/things',
        id: 'listThings',
        tag: 'Things',
        operation: { summary: 'All things', access: 'public', errors: [] },
        query: z.strictObject(pageQuery),
        responses: { 200: z.strictObject({ data: z.array(thing) }) },
        handle: async () => ({ status: 200, body: { data: [] } }),
      })
      serveHealth(
        app,
        async () => health,
        () => stopping,
      )
      serveMetrics(app, createMetrics({ defaults: false }))
      await serveDocs(app, {
        title: 'Things',
        version: '1.0.0',
        description: 'All about things.',
        url: 'https://shop.example',
        tags: { Things: 'Things.', Operations: 'How it is doing.' },
      })
    },
  })
})
afterAll(() => given[Symbol.asyncDispose]())

describe('The OpenAPI document', () => {
  const operation = async (path: string, method: string) => {
    const { body } = await given.send('GET', '/openapi.json')
    return body.paths[path][method]
  }

  it('lists exactly the routes that were declared', async () => {
    const { body, status } = await given.send('GET', '/openapi.json')
    expect(status).toBe(200)
    expect(body.openapi).toBe('3.1.0')
    expect(
      Object.entries<object>(body.paths).map(([path, methods]) => [path, ...Object.keys(methods)]),
    ).toStrictEqual([
      ['/v1/things/{thingId}', 'put'],
      ['/v1/things', 'post', 'get'],
      ['/health/live', 'get'],
      ['/health/ready', 'get'],
    ])
  })

  it('says who may, and what goes in and comes out', async () => {
    expect(await operation('/v1/things/{thingId}', 'put')).toMatchObject({
      operationId: 'setThing',
      summary: 'Set a thing',
      tags: ['Things'],
      security: [{ accessToken: [] }],
      'x-permission': ['things:read:own', 'things:write:own'],
      parameters: [
        { name: 'thingId', in: 'path', required: true, schema: { type: 'string', format: 'uuid' } },
        { name: 'If-Match', in: 'header', required: false },
      ],
      requestBody: {
        required: true,
        content: {
          'application/json': { schema: { $ref: '#/components/schemas/Thing' }, example: { name: 'Lamp' } },
        },
      },
      responses: {
        200: {
          headers: { ETag: { $ref: '#/components/headers/ETag' } },
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
        },
      },
    })
    expect(await operation('/v1/things', 'get')).toMatchObject({
      security: [],
      parameters: [
        {
          name: 'limit',
          in: 'query',
          required: false,
          schema: { type: 'integer', maximum: 100, default: 20 },
        },
        { name: 'cursor', in: 'query', required: false },
      ],
    })
  })

  it('names every refusal, with an example of each', async () => {
    const codesOf = async (path: string, method: string) =>
      Object.fromEntries(
        Object.entries<{ content?: Record<string, { examples?: object }> }>(
          (await operation(path, method)).responses,
        ).flatMap(([status, { content }]) => {
          const problem = content?.['application/problem+json']
          return problem === undefined ? [] : [[status, Object.keys(problem.examples ?? {})]]
        }),
      )
    expect(await codesOf('/v1/things/{thingId}', 'put')).toStrictEqual({
      400: ['validation_failed', 'malformed_json'],
      401: ['unauthenticated'],
      403: ['forbidden'],
      404: ['not_found'],
      409: ['out_of_stock'],
      412: ['precondition_failed'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      429: ['rate_limited'],
      500: ['internal'],
      503: ['unavailable'],
    })
    expect(await codesOf('/v1/things', 'post')).toMatchObject({
      400: ['validation_failed', 'malformed_json', 'idempotency_key_required'],
      409: ['idempotency_in_progress'],
      422: ['idempotency_key_reused'],
    })
    expect(await codesOf('/v1/things', 'get')).toMatchObject({ 400: ['validation_failed', 'invalid_cursor'] })
    const { responses } = await operation('/v1/things/{thingId}', 'put')
    expect(responses[409].content['application/problem+json'].examples.out_of_stock.value).toMatchObject({
      status: 409,
      code: 'out_of_stock',
      type: 'urn:plinth:problem:out_of_stock',
      lines: [{ left: 1 }],
    })
  })

  it('makes examples where none are given, and only such as fit', async () => {
    const { requestBody, responses } = await operation('/v1/things', 'post')
    expect(requestBody.content['application/json'].example).toStrictEqual({ name: 'text..', amount: 3 })
    expect(responses[201].content['application/json']).not.toHaveProperty('example')
  })

  it('refers to nothing that it does not have', async () => {
    const { body, text } = await given.send('GET', '/openapi.json')
    const references = [...text.matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path.split('/'))
    expect(references.length).toBeGreaterThan(10)
    for (const path of references) {
      expect(
        path.reduce((at, step) => at?.[step], body),
        path.join('/'),
      ).toBeDefined()
    }
  })

  it('counts as any other request does', async () => {
    expect((await given.send('GET', '/openapi.json')).headers).toHaveProperty('ratelimit-limit')
    expectProblem(await given.send('GET', '/openapi.json', { as: 'a.b.c' }), 401, 'unauthenticated')
  })
})

describe('The reference', () => {
  it('is a page that takes nothing from elsewhere', async () => {
    const page = await given.send('GET', '/docs/')
    expect(page.status).toBe(200)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['content-security-policy']).toMatch(/connect-src 'self'/)
    expect(page.text).toContain('/openapi.json')
    expect(page.text).not.toMatch(/(src|href)="https?:/)
  })

  it('brings its own script', async () => {
    const script = await given.send('GET', '/docs/js/scalar.js')
    expect(script.status).toBe(200)
    expect(script.headers).toMatchObject({
      'content-type': 'application/javascript; charset=utf-8',
      'cache-control': 'public, max-age=3600',
    })
  })

  it('is found without its slash, wherever somebody says it is', async () => {
    const answer = await given.send('GET', '/docs', { headers: { host: 'evil.example' } })
    expect(answer).toMatchObject({ status: 301, headers: { location: '/docs/' } })
    expectProblem(await given.send('GET', '/docs', { headers: { host: 'a b' } }), 400, 'bad_request')
  })
})

describe('Health', () => {
  it('is that the process answers', async () => {
    expect(await given.send('GET', '/health/live')).toMatchObject({ status: 200, body: { status: 'live' } })
  })

  it('is readiness while all that is required is there', async () => {
    health = { postgres: { status: 'up', required: true }, redis: { status: 'up', required: false } }
    expect((await given.send('GET', '/health/ready')).body).toStrictEqual({
      status: 'ready',
      dependencies: { postgres: 'up', redis: 'up' },
    })
    health = { postgres: { status: 'up', required: true }, redis: { status: 'down', required: false } }
    expect(await given.send('GET', '/health/ready')).toMatchObject({
      status: 200,
      body: { status: 'degraded', dependencies: { postgres: 'up', redis: 'down' } },
    })
  })

  it('ends with what is required, and says what it is', async () => {
    health = { postgres: { status: 'down', required: true }, redis: { status: 'up', required: false } }
    const answer = await given.send('GET', '/health/ready')
    expectProblem(answer, 503, 'unavailable')
    expect(answer.body.dependencies).toStrictEqual({ postgres: 'down', redis: 'up' })
    expect(answer.headers['retry-after']).toBe('1')
  })

  it('ends when it is told to stop, so that nobody new comes', async () => {
    health = { postgres: { status: 'up', required: true } }
    stopping = true
    expectProblem(await given.send('GET', '/health/ready'), 503, 'unavailable')
    expect((await given.send('GET', '/health/live')).status).toBe(200)
    stopping = false
  })
})

it('serves metrics where it is told to', async () => {
  const answer = await given.send('GET', '/metrics')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/)
  expect(answer.headers).not.toHaveProperty('ratelimit-limit')
})
