import { createRateLimiter, largestLimit } from '@plinth/cache'
import { newId, Unauthenticated } from '@plinth/kernel'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { route, serveHealth } from '../src/index.ts'
import { givenGateway, readThings } from './given.ts'
import { expectProblem } from './problem-schema.ts'

let time = 0
let given: Awaited<ReturnType<typeof givenGateway>>
let addresses = 0
/** An address that nobody has used yet. */
const newAddress = () => {
  addresses += 1
  return `192.0.2.${addresses}`
}
const newUser = () => ({ id: newId(), roles: ['user'] })

beforeAll(async () => {
  given = await givenGateway({
    limiter: createRateLimiter({ now: () => time }),
    limits: { general: 3, credentialsByAccount: 2, credentialsByAddress: 4 },
    trustProxy: ['10.0.0.0/8'],
    routes: app => {
      const shared = { tag: 'Things', responses: { 204: null } }
      const handle = async () => ({ status: 204 })
      const open = { summary: 'For all', access: 'public', errors: [] } as const
      route(app, { ...shared, method: 'GET', path: '/public', id: 'public', operation: open, handle })
      route(app, {
        ...shared,
        method: 'GET',
        path: '/mine',
        id: 'mine',
        operation: { summary: 'For users', access: [readThings], errors: [] },
        handle,
      })
      route(app, {
        ...shared,
        method: 'POST',
        path: '/login',
        id: 'login',
        operation: open,
        limit: 'credentials',
        body: z.strictObject({ email: z.string(), password: z.string() }),
        handle,
      })
      route(app, {
        ...shared,
        method: 'POST',
        path: '/sign-in',
        id: 'signIn',
        operation: open,
        limit: 'credentials',
        provesAccount: true,
        body: z.strictObject({ email: z.string(), right: z.boolean() }),
        handle: async ({ body }) => {
          if (!body.right) throw Unauthenticated()
          return { status: 204 }
        },
      })
      serveHealth(
        app,
        async () => ({}),
        () => false,
      )
    },
  })
})
afterAll(() => given[Symbol.asyncDispose]())

it('tells what is left of the budget with every answer', async () => {
  const from = newAddress()
  const first = await given.send('GET', '/public', { from })
  expect(first.headers).toMatchObject({
    'ratelimit-limit': '3',
    'ratelimit-remaining': '2',
    'ratelimit-reset': '60',
    'ratelimit-policy': '"minute";q=3;w=60',
    ratelimit: '"minute";r=2;t=60',
  })
})

it('refuses what is beyond it, and says when to come back', async () => {
  const from = newAddress()
  for (const _ of [1, 2, 3]) expect((await given.send('GET', '/public', { from })).status).toBe(204)
  time += 20_000
  const refused = await given.send('GET', '/public', { from })
  expectProblem(refused, 429, 'rate_limited')
  expect(refused.headers).toMatchObject({ 'retry-after': '40', 'ratelimit-remaining': '0' })
  time += 40_000
  expect((await given.send('GET', '/public', { from })).status).toBe(204)
})

it('gives each user a budget, wherever they are and whatever token they show', async () => {
  const ada = newUser()
  const from = newAddress()
  for (const _ of [1, 2, 3]) await given.send('GET', '/mine', { as: ada, from })
  expectProblem(await given.send('GET', '/mine', { as: ada, from: newAddress() }), 429, 'rate_limited')
  expect((await given.send('GET', '/mine', { as: newUser(), from })).status).toBe(204)
})

it('counts by address what comes without a good token, and what leads nowhere', async () => {
  const from = newAddress()
  expect((await given.send('GET', '/mine', { from })).headers['ratelimit-remaining']).toBe('2')
  expect((await given.send('GET', '/public', { from, as: 'a.b.c' })).headers['ratelimit-remaining']).toBe('1')
  expect((await given.send('GET', '/nothing', { from })).headers['ratelimit-remaining']).toBe('0')
  expectProblem(await given.send('GET', '/mine', { from }), 429, 'rate_limited')
})

it.each([
  ['neighbours in one /64', ['2001:db8:1:2::1', '2001:db8:1:2:ffff::2', '2001:DB8:1:2:0:0:0:3']],
  ['IPv4 in other clothes', ['198.51.100.7', '::ffff:198.51.100.7', '::ffff:c633:6407']],
])('takes for one address: %s', async (_, alike) => {
  for (const from of alike) expect((await given.send('GET', '/public', { from })).status).toBe(204)
  expectProblem(await given.send('GET', '/public', { from: alike[0] ?? '' }), 429, 'rate_limited')
})

it('takes for two addresses what lies in two /64', async () => {
  const left = async (from: string) =>
    (await given.send('GET', '/public', { from })).headers['ratelimit-remaining']
  expect(await left('2001:db8:7:1::1')).toBe('2')
  expect(await left('2001:db8:7:2::1')).toBe('2')
})

it('believes X-Forwarded-For from its own proxies alone', async () => {
  const client = newAddress()
  const headers = { 'x-forwarded-for': client }
  const left = async (from: string, sent: Record<string, string>) =>
    (await given.send('GET', '/public', { from, headers: sent })).headers['ratelimit-remaining']
  expect(await left('10.1.1.1', headers)).toBe('2')
  expect(await left('10.1.1.2', headers)).toBe('1')
  const stranger = newAddress()
  expect(await left(stranger, headers)).toBe('2')
  expect(await left(stranger, { 'x-forwarded-for': newAddress() })).toBe('1')
  // What a client writes in front of what the proxy adds counts for nothing.
  expect(await left('10.1.1.1', { 'x-forwarded-for': `${newAddress()}, ${client}` })).toBe('0')
  expect(await left('10.9.9.9', { 'x-forwarded-for': 'nonsense' })).toBe('2')
})

const login = (email: string, from: string) =>
  given.send('POST', '/login', { from, body: { email, password: 'x' } })

it('counts tries at an account from one place, in any spelling', async () => {
  const from = newAddress()
  expect((await login('Ada@Example.com', from)).headers['ratelimit-remaining']).toBe('1')
  expect((await login('ADA@example.com', from)).status).toBe(204)
  const escaped = await given.send('POST', '/login', {
    from,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"email":"\\u0061da@example.com","password":"x"}'),
  })
  expectProblem(escaped, 429, 'rate_limited')
  expect((await login('bob@example.com', from)).status).toBe(204)
})

it('counts neighbours in one /64 as one place', async () => {
  const email = 'grace@example.com'
  for (const host of ['1', '2']) expect((await login(email, `2001:db8:9:9::${host}`)).status).toBe(204)
  expectProblem(await login(email, '2001:db8:9:9::3'), 429, 'rate_limited')
})

it('bounds the tries at an account from everywhere together', async () => {
  const email = 'everywhere@example.com'
  for (let each = 0; each < 10; each += 1) expect((await login(email, newAddress())).status).toBe(204)
  expectProblem(await login(email, newAddress()), 429, 'rate_limited')
})

it('lets the owner in where they signed in before, whatever strangers do', async () => {
  const [home, email] = [newAddress(), 'owner@example.com']
  const signIn = (from: string, right: boolean) =>
    given.send('POST', '/sign-in', { from, body: { email, right } })
  expect((await signIn(home, true)).status).toBe(204)
  const strangers: number[] = []
  for (let each = 0; each < 20; each += 1) strangers.push((await signIn(newAddress(), false)).status)
  expect(strangers.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 401))
  expect(strangers.slice(9)).toEqual(Array.from({ length: 11 }, () => 429))
  expect((await signIn(home, true)).status).toBe(204)
  // Their own place has a budget, too, and a failure makes no place known.
  expectProblem(await signIn(home, true), 429, 'rate_limited')
  expectProblem(await signIn(newAddress(), true), 429, 'rate_limited')
})

it('has one stranger keep nobody out: the owner comes in from a place that is new', async () => {
  const [stranger, email] = [newAddress(), 'traveller@example.com']
  for (let each = 0; each < 30; each += 1) await login(email, stranger)
  expect((await login(email, newAddress())).status).toBe(204)
})

it('counts a request however its path is written', async () => {
  const from = newAddress()
  const statuses = []
  for (const path of ['/public', '/PUBLIC', '/%70ublic', '/public/', '//public', '/public?x=1'])
    statuses.push((await given.send('GET', path, { from })).status)
  expect(statuses).toEqual([204, 404, 204, 429, 429, 429])
})

it('counts tries from an address at whatever account, in a budget of their own', async () => {
  const from = newAddress()
  for (const each of [1, 2, 3, 4]) expect((await login(`user-${each}@x.example`, from)).status).toBe(204)
  expectProblem(await login('user-5@x.example', from), 429, 'rate_limited')
  expect((await given.send('GET', '/public', { from })).headers['ratelimit-remaining']).toBe('2')
})

it('leaves those alone who watch over it', async () => {
  const from = newAddress()
  for (let each = 0; each < 10; each += 1) {
    const answer = await given.send('GET', '/health/live', { from })
    expect(answer.status).toBe(200)
    expect(answer.headers).not.toHaveProperty('ratelimit-limit')
  }
})

it('takes the largest budgets that there are for what they say', async () => {
  const limits = {
    general: largestLimit,
    credentialsByAccount: largestLimit,
    credentialsByAddress: largestLimit,
  }
  await using roomy = await givenGateway({
    limits,
    routes: app =>
      route(app, {
        tag: 'Things',
        responses: { 204: null },
        method: 'POST',
        path: '/login',
        id: 'login',
        operation: { summary: 'For all', access: 'public', errors: [] },
        limit: 'credentials',
        body: z.strictObject({ email: z.string() }),
        handle: async () => ({ status: 204 }),
      }),
  })
  const answer = await roomy.send('POST', '/login', {
    from: newAddress(),
    body: { email: 'ada@example.com' },
  })
  expect(answer.status).toBe(204)
  expect(answer.headers['ratelimit-limit']).toBe(String(largestLimit))
})
