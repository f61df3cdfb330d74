import { declareError, Internal } from '@plinth/kernel'
import { createLogger } from '@plinth/telemetry'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'
import { expectProblem } from './problem-schema.ts'

const OutOfStock = declareError('out_of_stock', {
  kind: 'conflict',
  description: 'There is not enough.',
  details: z.strictObject({ left: z.int() }),
})
const operation = { summary: 'A thing', access: 'public' as const, errors: [OutOfStock] }
const body = z.strictObject({ name: z.string(), price: z.strictObject({ amount: z.int() }).optional() })

let thrown: () => unknown
let given: Awaited<ReturnType<typeof givenGateway>>
const logged: string[] = []

beforeAll(async () => {
  given = await givenGateway({
    bodyLimit: 1000,
    logger: createLogger({
      service: 'test',
      level: 'info',
      destination: { write: line => void logged.push(line) },
    }),
    routes: app => {
      route(app, {
        method: 'POST',
        path: '/v1/things',
        id: 'createThing',
        tag: 'Things',
        operation,
        body,
        responses: { 201: z.strictObject({ name: z.string() }) },
        handle: async call => ({ status: 201, body: { name: call.body.name } }),
      })
      route(app, {
        method: 'GET',
        path: '/v1/things/:id',
        id: 'getThing',
        tag: 'Things',
        operation,
        params: z.strictObject({ id: z.string().max(20) }),
        query: z.strictObject({ q: z.string().optional() }),
        responses: { 200: z.strictObject({ id: z.string(), q: z.string().optional() }) },
        handle: async ({ params, query }) => ({ status: 200, body: { ...params, ...query } }),
      })
      route(app, {
        method: 'POST',
        path: '/v1/things/:id/break',
        id: 'breakThing',
        tag: 'Things',
        operation,
        params: z.strictObject({ id: z.string() }),
        responses: { 204: null },
        handle: () => Promise.reject(thrown()),
      })
    },
  })
})
afterAll(() => given[Symbol.asyncDispose]())

describe('An error is a problem document', () => {
  it('for a route that is not there', async () => {
    expectProblem(await given.send('GET', '/v1/nothing?secret=1'), 404, 'not_found')
    expect((await given.send('GET', '/v1/nothing?secret=1')).body.instance).toBe('/v1/nothing')
  })

  it('for a method that a route does not take, with those it takes', async () => {
    const answer = await given.send('DELETE', '/v1/things/1')
    expectProblem(answer, 405, 'method_not_allowed')
    expect(answer.headers.allow).toBe('GET, HEAD, OPTIONS')
    expect((await given.send('PUT', '/v1/things')).headers.allow).toBe('OPTIONS, POST')
  })

  it('for a body that is too large, whether it says so before or not', async () => {
    const large = { name: 'x'.repeat(2000) }
    expectProblem(await given.send('POST', '/v1/things', { body: large }), 413, 'payload_too_large')
  })

  it.each([
    ['no content type', {}, 'something'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'name=x'],
    ['a content type that is none', { 'content-type': 'json' }, '{}'],
    ['another JSON', { 'content-type': 'application/merge-patch+json' }, '{}'],
    ['JSON in another charset', { 'content-type': 'application/json; charset=utf-16le' }, '{}'],
    ['compressed JSON', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '{}'],
  ])('for %s', async (_, headers, payload) => {
    const answer = await given.app.inject({ method: 'POST', url: '/v1/things', headers, payload })
    expectProblem(
      { status: answer.statusCode, headers: answer.headers, body: answer.json() },
      415,
      'unsupported_media_type',
    )
  })

  it.each([
    ['text that is no JSON', '{"name":'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x6e, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a byte order mark', '\ufeff{"name":"x"}'],
    ['the same field twice', '{"name":"x","name":"y"}'],
    ['the same field twice, once spelt out', '{"name":"x","n\\u0061me":"y"}'],
    ['a number that would be infinite', '{"name":"x","price":{"amount":1e309}}'],
    ['a number that would be rounded', '{"name":"x","price":{"amount":0.99999999999999999999}}'],
    ['deep nesting', `${'['.repeat(400)}${']'.repeat(400)}`],
  ])('for %s', async (_, payload) => {
    expectProblem(await given.send('POST', '/v1/things', { body: payload }), 400, 'malformed_json')
  })

  it.each([
    ['NUL', '{"name":"a\\u0000b"}', '/name'],
    ['half a surrogate pair', '{"name":"\\ud800"}', '/name'],
    ['a whole number beyond 2^53', '{"name":"x","price":{"amount":9007199254740993}}', '/price/amount'],
    ['a field nobody asked for', '{"name":"x","price":{"amount":1,"role":"admin"}}', '/price/role'],
    ['a prototype', '{"name":"x","__proto__":{"admin":true}}', ''],
    ['a missing field', '{}', '/name'],
    ['something else than an object', '[]', ''],
    ['no body at all', '', ''],
  ])('that points to the place, for %s', async (_, payload, pointer) => {
    const answer = await given.send('POST', '/v1/things', { body: payload })
    expectProblem(answer, 400, 'validation_failed')
    expect(answer.body.errors).toContainEqual({ pointer, detail: expect.any(String) })
  })

  it.each([
    ['a path that is no text', '/v1/things/%ff', 'path'],
    ['a path that breaks off', '/v1/things/%4', 'path'],
    ['NUL in a path', '/v1/things/a%00b', 'id'],
    ['NUL in a query', '/v1/things/1?q=a%00b', 'q'],
    ['a query that is no text', '/v1/things/1?q=%c3%28', 'q'],
    ['a parameter given twice', '/v1/things/1?q=1&q=2', 'q'],
    ['a parameter nobody asked for', '/v1/things/1?limit=2', 'limit'],
    ['a parameter called like a prototype', '/v1/things/1?__proto__=2', '__proto__'],
  ])('that names the parameter, for %s', async (_, url, parameter) => {
    const answer = await given.send('GET', url)
    expectProblem(answer, 400, 'validation_failed')
    expect(answer.body.errors).toStrictEqual([{ parameter, detail: expect.any(String) }])
  })

  it('for a body where none is taken', async () => {
    const answer = await given.send('POST', '/v1/things/1/break', { body: { role: 'admin' } })
    expectProblem(answer, 400, 'validation_failed')
    expect(answer.body.errors).toStrictEqual([{ pointer: '/role', detail: 'There is no such field.' }])
  })

  it('for a name that cannot be one, after all that is malformed', async () => {
    expectProblem(await given.send('GET', `/v1/things/${'x'.repeat(50)}`), 404, 'not_found')
    expectProblem(await given.send('GET', `/v1/things/${'x'.repeat(1000)}`), 404, 'not_found')
    expectProblem(await given.send('GET', `/v1/things/${'x'.repeat(50)}?limit=2`), 400, 'validation_failed')
  })

  it('for what an operation refuses, its details being members', async () => {
    thrown = () => OutOfStock({ left: 3 })
    const answer = await given.send('POST', '/v1/things/1/break')
    expectProblem(answer, 409, 'out_of_stock')
    expect(answer.body).toMatchObject({ left: 3, title: 'Out of stock', detail: 'There is not enough.' })
  })

  it.each([
    ['an error nobody declared', () => new Error('insert into secrets values (hunter2)')],
    ['something that is no error', () => 'hunter2'],
    ['an internal error with words of its own', () => Internal('hunter2')],
    [
      'an error that looks like one of the framework',
      () => Object.assign(new Error('hunter2'), { statusCode: 400, code: 'FST_X' }),
    ],
  ])('that says nothing more, for %s', async (_, make) => {
    thrown = make
    const answer = await given.send('POST', '/v1/things/1/break')
    expectProblem(answer, 500, 'internal')
    expect(answer.text).not.toMatch(/hunter2|secrets/)
  })

  it('whose cause is in the log, by the request that it belongs to', async () => {
    logged.length = 0
    thrown = () => Internal(undefined, { cause: new Error('the disk is full') })
    const answer = await given.send('POST', '/v1/things/1/break', { headers: { 'x-request-id': 'req-7' } })
    expect(answer.body.requestId).toBe('req-7')
    const line = logged.find(each => each.includes('the disk is full'))
    expect(line).toContain('"requestId":"req-7"')
    expect(line).toContain('"route":"/v1/things/:id/break"')
  })
})
