import { newId } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenGateway } from './gateway.ts'
import { admin, anybody, type Given, givenUsers, password } from './given.ts'

let given: Given
let gateway: Awaited<ReturnType<typeof givenGateway>>
let adminToken: string
let userToken: string
beforeAll(async () => {
  given = await givenUsers()
  gateway = await givenGateway(given)
  const tokenOf = async ({ email }: { readonly email: string }) =>
    (await given.call.login(anybody, { email, password })).accessToken
  adminToken = await tokenOf(await given.withRoles('admin'))
  userToken = await tokenOf(await given.register())
})
afterAll(async () => {
  await gateway[Symbol.asyncDispose]()
  await given[Symbol.asyncDispose]()
})

const send: typeof gateway.send = (...request) => gateway.send(...request)
const somebody = () => ({ email: `${newId()}@example.com`, password, name: 'Grace Hopper' })

describe('from signing up to signing out', () => {
  test('an account is made, signed in, seen, refreshed and signed out', async () => {
    const body = somebody()
    const made = await send('POST', '/v1/auth/register', { body })
    expect([made.status, made.body.email, made.body.password]).toEqual([201, body.email, undefined])
    const login = await send('POST', '/v1/auth/login', { body: { email: body.email, password } })
    expect(login).toMatchObject({
      status: 200,
      headers: { 'cache-control': 'no-store' },
      body: { tokenType: 'Bearer', expiresIn: 900 },
    })
    expect(Object.keys(login.body).toSorted()).toEqual([
      'accessToken',
      'expiresIn',
      'refreshToken',
      'tokenType',
    ])
    const me = await send('GET', '/v1/users/me', { as: login.body.accessToken })
    expect([me.status, me.body, me.headers['cache-control']]).toEqual([200, made.body, 'no-store'])
    const { refreshToken } = login.body
    const refreshed = await send('POST', '/v1/auth/refresh', { body: { refreshToken } })
    expect([refreshed.status, refreshed.headers['cache-control']]).toEqual([200, 'no-store'])
    const out = await send('POST', '/v1/auth/logout', {
      body: { refreshToken: refreshed.body.refreshToken },
    })
    expect([out.status, out.body]).toEqual([204, undefined])
    const dead = await send('POST', '/v1/auth/refresh', {
      body: { refreshToken: refreshed.body.refreshToken },
    })
    expect([dead.status, dead.body.code]).toEqual([401, 'unauthenticated'])
    const reused = await send('POST', '/v1/auth/refresh', { body: { refreshToken } })
    expect([reused.status, reused.body.code]).toEqual([401, 'refresh_token_reused'])
  })

  test('a refresh whose answer was lost is asked for again with its Idempotency-Key', async () => {
    const { tokens } = await given.signedIn()
    const body = { refreshToken: tokens.refreshToken }
    const refresh = (key: string) =>
      send('POST', '/v1/auth/refresh', { body, headers: { 'idempotency-key': key } })
    const first = await refresh('4f1c2a9e')
    const again = await refresh('4f1c2a9e')
    expect([first.status, again.status]).toEqual([200, 200])
    expect(again.body.refreshToken).toBe(first.body.refreshToken)
    // Minted anew: no answer with tokens in it is kept.
    expect(again.headers).not.toHaveProperty('idempotent-replayed')
    expect(again.body.accessToken).not.toBe(first.body.accessToken)
    const stolen = await refresh('guess')
    expect([stolen.status, stolen.body.code]).toEqual([401, 'refresh_token_reused'])
    expect((await refresh('no good key: spaces')).status).toBe(400)
  })

  test('sessions are seen, and ended', async () => {
    const { email } = await given.register()
    const signIn = async (agent: string) =>
      (
        await send('POST', '/v1/auth/login', {
          body: { email, password },
          headers: { 'user-agent': agent },
        })
      ).body.accessToken
    const phone = await signIn(`Phone ${'x'.repeat(300)}`)
    const as = await signIn('Laptop \u00fc')
    const mine = () => send('GET', '/v1/users/me/sessions', { as })
    const seen = (await mine()).body
    expect(seen.data).toMatchObject([
      { device: 'Laptop ?', address: '127.0.0.1', current: true },
      { device: `Phone ${'x'.repeat(194)}`, current: false },
    ])
    const url = `/v1/users/me/sessions/${seen.data[1].id}`
    expect((await send('DELETE', url, { as: userToken })).status).toBe(404)
    expect((await send('DELETE', url)).status).toBe(401)
    expect((await send('DELETE', url, { as })).status).toBe(204)
    expect((await mine()).body.data).toHaveLength(1)
    await signIn('Tablet')
    expect((await send('DELETE', '/v1/users/me/sessions', { as })).status).toBe(204)
    expect((await mine()).body.data).toMatchObject([{ current: true }])
    expect(phone).not.toBe(as)
  })

  test('a refusal says what is wrong, and no more', async () => {
    const body = somebody()
    await send('POST', '/v1/auth/register', { body })
    const taken = await send('POST', '/v1/auth/register', {
      body: { ...body, email: body.email.toUpperCase() },
    })
    expect([taken.status, taken.body.code]).toEqual([409, 'email_taken'])
    const wrong = { email: body.email, password: 'not the password' }
    const unknown = { email: 'nobody@example.com', password }
    const answers = await Promise.all(
      [wrong, unknown].map(each => send('POST', '/v1/auth/login', { body: each })),
    )
    for (const answer of answers) {
      const { requestId: _, ...problem } = answer.body
      expect([answer.status, answer.headers['www-authenticate'], problem]).toEqual([
        401,
        expect.stringContaining('Bearer'),
        {
          type: expect.any(String),
          title: expect.any(String),
          status: 401,
          code: 'invalid_credentials',
          detail: 'The e-mail or the password is wrong.',
          instance: '/v1/auth/login',
        },
      ])
    }
    const weak = await send('POST', '/v1/auth/register', {
      body: { ...somebody(), password: '123456789012' },
    })
    expect([weak.status, weak.body.code, weak.body.errors[0].pointer]).toEqual([
      400,
      'validation_failed',
      '/password',
    ])
    const sly = await send('POST', '/v1/auth/register', { body: { ...somebody(), roles: ['admin'] } })
    expect([sly.status, sly.body.errors[0].pointer]).toEqual([400, '/roles'])
  })

  test('a password is set anew by mail, an address confirmed', async () => {
    const { id, email } = await given.register()
    for (const known of [email, 'nobody@example.com']) {
      const asked = await send('POST', '/v1/auth/password/forgot', { body: { email: known } })
      expect([asked.status, asked.body]).toEqual([202, undefined])
    }
    const token = await given.token(id)
    const reset = () =>
      send('POST', '/v1/auth/password/reset', { body: { token, password: 'staple battery horse' } })
    expect((await reset()).status).toBe(204)
    const again = await reset()
    expect([again.status, again.body.code]).toEqual([400, 'invalid_token'])
    const verify = await send('POST', '/v1/auth/email/verify', {
      body: { token: await given.token(id, 'verify_email') },
    })
    expect(verify.status).toBe(204)
  })
})

describe('administration', () => {
  test('is for admins alone', async () => {
    const { id } = await given.register()
    const requests = [
      ['GET', '/v1/users', undefined],
      ['GET', '/v1/permissions', undefined],
      ['GET', '/v1/roles', undefined],
      ['GET', '/v1/roles/seller', undefined],
      ['GET', `/v1/users/${id}`, undefined],
      ['PUT', `/v1/users/${id}/roles`, { roles: ['admin'] }],
      ['POST', `/v1/users/${id}/suspend`, undefined],
      ['POST', `/v1/users/${id}/reinstate`, undefined],
    ] as const
    for (const [method, url, body] of requests) {
      const statuses = []
      for (const as of [undefined, userToken, adminToken]) {
        const answer = await send(method, url, { ...(as && { as }), ...(body && { body }) })
        statuses.push(answer.status)
      }
      expect([url, statuses]).toEqual([url, [401, 403, 200]])
    }
  })

  test('changes roles of an account as it was seen', async () => {
    const { id } = await given.register()
    const url = `/v1/users/${id}`
    const seen = await send('GET', url, { as: adminToken })
    const etag = String(seen.headers.etag)
    const unchanged = await send('GET', url, { as: adminToken, headers: { 'if-none-match': etag } })
    expect(unchanged.status).toBe(304)
    const change = () =>
      send('PUT', `${url}/roles`, {
        as: adminToken,
        body: { roles: ['user', 'seller'] },
        headers: { 'if-match': etag },
      })
    const changed = await change()
    expect([changed.status, changed.body.roles]).toEqual([200, ['user', 'seller']])
    expect(changed.headers.etag).toBe((await send('GET', url, { as: adminToken })).headers.etag)
    const stale = await change()
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed'])
  })

  test('defines roles, changes them as they were seen, and deletes them', async () => {
    const definition = { description: 'Answers the phone.', permissions: ['users:read:any'] }
    const create = (as: string) => send('POST', '/v1/roles', { as, body: { name: 'support', ...definition } })
    expect((await create(userToken)).status).toBe(403)
    const made = await create(adminToken)
    expect([made.status, made.headers.location, made.body]).toEqual([
      201,
      '/v1/roles/support',
      { name: 'support', ...definition, builtIn: false },
    ])
    const again = await create(adminToken)
    expect([again.status, again.body.code]).toEqual([409, 'role_exists'])
    const url = '/v1/roles/support'
    const etag = String((await send('GET', url, { as: adminToken })).headers.etag)
    const body = { ...definition, permissions: ['users:read:any', 'users:suspend:any'] }
    const replace = (body: object, headers = {}) => send('PUT', url, { as: adminToken, body, headers })
    expect((await replace(body, { 'if-match': etag })).body.permissions).toEqual(body.permissions)
    expect((await replace(body, { 'if-match': etag })).status).toBe(412)
    const unknown = await replace({ ...body, permissions: ['users:read:any', 'users:fly:any'] })
    expect([unknown.status, unknown.body.errors[0].pointer]).toEqual([400, '/permissions/1'])
    expect((await replace({ ...body, builtIn: true })).status).toBe(400)
    expect((await send('PUT', '/v1/roles/admin', { as: adminToken, body })).body.code).toBe('role_built_in')
    for (const status of [204, 404])
      expect((await send('DELETE', url, { as: adminToken })).status).toBe(status)
  })

  test('finds accounts by e-mail, role and status, page by page', async () => {
    const { email } = await given.register()
    await given.call.suspend(admin, { userId: (await given.register()).id })
    const found = await send('GET', `/v1/users?email=${encodeURIComponent(email.toUpperCase())}`, {
      as: adminToken,
    })
    expect(found.body).toEqual({ data: [expect.objectContaining({ email })], nextCursor: null })
    const first = await send('GET', '/v1/users?status=active&limit=1', { as: adminToken })
    expect(first.body.data).toHaveLength(1)
    const next = await send('GET', `/v1/users?status=active&limit=1&cursor=${first.body.nextCursor}`, {
      as: adminToken,
    })
    expect(next.body.data[0].id < first.body.data[0].id).toBe(true)
    for (const query of ['status=gone', 'limit=0', 'limit=101', 'role=NO!', 'sort=name', 'cursor=x'])
      expect([query, (await send('GET', `/v1/users?${query}`, { as: adminToken })).status]).toEqual([
        query,
        400,
      ])
  })

  test('says not found for an id that nobody has, or that is none', async () => {
    for (const id of [newId(), 'nobody'])
      expect((await send('GET', `/v1/users/${id}`, { as: adminToken })).status).toBe(404)
  })
})

test('the public keys are for everybody, and for a while', async () => {
  const keys = await send('GET', '/.well-known/jwks.json')
  expect([keys.status, keys.headers['cache-control']]).toEqual([200, 'public, max-age=300'])
  expect(keys.body.keys).toHaveLength(1)
  expect(keys.body.keys[0]).not.toHaveProperty('d')
})

test('guesses at the password of whoever is signed in are limited', async () => {
  await using strict = await givenGateway(given, 3)
  const as = (await given.signedIn()).tokens.accessToken
  const body = { currentPassword: 'guess after guess', password: 'staple battery horse' }
  const change = (sent: object) => strict.send('PUT', '/v1/users/me/password', sent)
  expect((await change({ body })).status).toBe(401)
  const statuses = []
  for (let guess = 0; guess < 4; guess += 1) statuses.push((await change({ as, body })).status)
  expect(statuses).toEqual([400, 400, 400, 429])
  const done = await send('PUT', '/v1/users/me/password', {
    as,
    body: { ...body, currentPassword: password },
  })
  expect([done.status, done.body]).toEqual([204, undefined])
})

test('guesses at one account are limited, however its e-mail is written; another is not', async () => {
  await using strict = await givenGateway(given, 3)
  const guess = (email: string) =>
    strict.send('POST', '/v1/auth/login', { body: { email, password: 'guess after guess' } })
  const statuses = []
  for (const email of ['a@example.com', 'A@example.com', 'a@EXAMPLE.com', 'A@EXAMPLE.COM', 'b@example.com'])
    statuses.push((await guess(email)).status)
  expect(statuses).toEqual([401, 401, 401, 429, 401])
})
