import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from '../src/index.ts'
import { givenGateway } from './given.ts'
import { expectProblem } from './problem-schema.ts'

let given: Awaited<ReturnType<typeof givenGateway>>
beforeAll(async () => {
  given = await givenGateway({
    corsOrigins: ['https://shop.example', 'https://admin.example'],
    routes: app =>
      route(app, {
        method: 'PATCH',
        path: '/things/:id',
        id: 'patch',
        tag: 'Things',
        params: z.strictObject({ id: z.string() }),
        operation: { summary: 'A thing', access: 'public', errors: [] },
        responses: { 204: null },
        handle: async () => ({ status: 204 }),
      }),
  })
})
afterAll(() => given[Symbol.asyncDispose]())

const preflight = (origin: string, url = '/things/1') =>
  given.send('OPTIONS', url, {
    headers: {
      origin,
      'access-control-request-method': 'PATCH',
      'access-control-request-headers': 'authorization, if-match',
    },
  })

it('lets browsers call from the origins that are listed', async () => {
  const answer = await preflight('https://admin.example')
  expect(answer.status).toBe(204)
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': 'https://admin.example',
    'access-control-allow-methods': expect.stringContaining('PATCH'),
    'access-control-allow-headers': expect.stringMatching(/Authorization.*If-Match/),
    vary: expect.stringContaining('Origin'),
  })
  expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  const read = await given.send('GET', '/nothing', { headers: { origin: 'https://admin.example' } })
  expect(read.headers['access-control-allow-origin']).toBe('https://admin.example')
  expect(read.headers['access-control-expose-headers']).toMatch(/ETag.*Retry-After/)
})

it.each(['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null'])(
  'tells %s nothing',
  async origin => {
    const answer = await preflight(origin)
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
  },
)

it('lists nobody where nobody is listed', async () => {
  await using closed = await givenGateway()
  const answer = await closed.send('GET', '/nothing', { headers: { origin: 'https://shop.example' } })
  expect(answer.headers).not.toHaveProperty('access-control-allow-origin')
})

it('tells which methods a path takes', async () => {
  const answer = await given.send('OPTIONS', '/things/1')
  expect(answer).toMatchObject({ status: 204, text: '' })
  expect(answer.headers.allow).toBe('OPTIONS, PATCH')
  expectProblem(await given.send('OPTIONS', '/nothing'), 404, 'not_found')
})

it('tells browsers to make nothing of an answer but what it says', async () => {
  const { headers } = await given.send('GET', '/nothing')
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    'strict-transport-security': expect.stringContaining('max-age='),
    'referrer-policy': 'no-referrer',
  })
  expect(headers).not.toHaveProperty('x-powered-by')
  expect(headers).not.toHaveProperty('server')
})

it('tells them no less where not even the URL could be read', async () => {
  const whole = (await given.send('GET', '/nothing')).headers
  for (const url of ['/things/%zz', `/things/${'x'.repeat(400)}`]) {
    const { headers } = await given.send('PATCH', url)
    for (const name of [
      'content-security-policy',
      'referrer-policy',
      'strict-transport-security',
      'x-content-type-options',
      'x-frame-options',
    ])
      expect(headers[name]).toBe(whole[name])
  }
})
