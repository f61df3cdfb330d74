import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { newId, Unavailable } from '@plinth/kernel'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { route } from '../src/index.ts'
import { givenGateway, readThings, writeThings } from './given.ts'
import { expectProblem } from './problem-schema.ts'
import { audience, encoded, issuer, publicKey, publicPem, signed, tokenFor } from './tokens.ts'

const ada = { id: newId(), roles: ['user'] }
const now = Math.floor(Date.now() / 1000)
let given: Awaited<ReturnType<typeof givenGateway>>

const routes: NonNullable<Parameters<typeof givenGateway>[0]>['routes'] = app => {
  const shared = { tag: 'Things', responses: { 200: z.strictObject({ id: z.string() }) } }
  route(app, {
    ...shared,
    method: 'GET',
    path: '/public',
    id: 'public',
    operation: { summary: 'For all', access: 'public', errors: [] },
    handle: async ({ context: { actor } }) => ({
      status: 200,
      body: { id: actor.kind === 'user' ? actor.id : actor.kind },
    }),
  })
  route(app, {
    ...shared,
    method: 'GET',
    path: '/mine',
    id: 'mine',
    operation: { summary: 'For users', access: [readThings], errors: [] },
    handle: async ({ context: { actor } }) => ({
      status: 200,
      body: { id: actor.kind === 'user' ? `${actor.id} ${actor.sessionId} ${actor.roles}` : '' },
    }),
  })
  route(app, {
    ...shared,
    method: 'POST',
    path: '/mine/:id',
    id: 'write',
    operation: { summary: 'For sellers', access: [writeThings], errors: [] },
    params: z.strictObject({ id: z.uuid() }),
    body: z.strictObject({ name: z.string() }),
    handle: async ({ body }) => ({ status: 200, body: { id: body.name } }),
  })
}

beforeAll(async () => {
  given = await givenGateway({ routes })
})
afterAll(() => given[Symbol.asyncDispose]())

const expectBadToken = (answer: Awaited<ReturnType<typeof given.send>>) => {
  expectProblem(answer, 401, 'unauthenticated')
  expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"')
}

describe('A token', () => {
  it('says who sends the request', async () => {
    const answer = await given.send('GET', '/mine', { as: ada })
    expect(answer.body).toStrictEqual({ id: `${ada.id} session-1 user` })
    expect((await given.send('GET', '/public', { as: ada })).body).toStrictEqual({ id: ada.id })
  })

  it('is not needed where anyone may go', async () => {
    expect((await given.send('GET', '/public')).body).toStrictEqual({ id: 'anonymous' })
  })

  it('is asked for where it is needed, without naming an error that there was none', async () => {
    const answer = await given.send('GET', '/mine')
    expectProblem(answer, 401, 'unauthenticated')
    expect(answer.headers['www-authenticate']).toBe('Bearer')
  })

  const others = generateKeyPairSync('ed25519').privateKey
  const publicHalf = createPublicKey(others).export({ format: 'jwk' })
  const none = `${encoded({ alg: 'none', typ: 'at+jwt', kid: 'key-1' }, { sub: ada.id })}.`
  const claimsOf = (token: string) =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  const hmac = () => {
    const content = encoded({ alg: 'HS256', typ: 'at+jwt', kid: 'key-1' }, claimsOf(tokenFor(ada)))
    return `${content}.${createHmac('sha256', publicPem).update(content).digest('base64url')}`
  }
  const changed = () => {
    const [head = '', , signature = ''] = tokenFor(ada).split('.')
    const claims = { ...claimsOf(tokenFor(ada)), roles: ['admin'] }
    return `${head}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${signature}`
  }
  const without = (claim: string) => tokenFor(ada, { claims: { [claim]: undefined } })

  it.each([
    ['no JWT', 'hello'],
    ['empty parts', '..'],
    ['no signature', none],
    ['an empty signature', tokenFor(ada).replace(/[^.]+$/, '')],
    ['the public key taken for a shared secret', hmac()],
    ['other claims than were signed', changed()],
    ["somebody else's signature", tokenFor(ada, { key: others })],
    ['a key that it brings along', tokenFor(ada, { header: { jwk: publicHalf }, key: others })],
    [
      'a key that is to be fetched',
      tokenFor(ada, { header: { jku: 'https://evil.example/jwks' }, key: others }),
    ],
    ['a key that is a file', tokenFor(ada, { header: { kid: '../../../dev/null' } })],
    ['a key that there is not', tokenFor(ada, { header: { kid: 'key-9' } })],
    ['no key named', tokenFor(ada, { header: { kid: undefined } })],
    ['another algorithm than its key has', tokenFor(ada, { header: { alg: 'ES256' } })],
    ['another type of token', tokenFor(ada, { header: { typ: 'JWT' } })],
    ['no type', tokenFor(ada, { header: { typ: undefined } })],
    ['something critical that nobody knows', tokenFor(ada, { header: { crit: ['exp2'], exp2: 1 } })],
    ['another issuer', tokenFor(ada, { claims: { iss: `${issuer}.evil.example` } })],
    ['another audience', tokenFor(ada, { claims: { aud: 'other' } })],
    ['an end that has come', tokenFor(ada, { claims: { exp: now - 1 } })],
    ['a beginning that has not', tokenFor(ada, { claims: { nbf: now + 60 } })],
    ['an end that is text', tokenFor(ada, { claims: { exp: '9999999999' } })],
    ['roles that are no list', tokenFor(ada, { claims: { roles: 'admin' } })],
    ...['iss', 'aud', 'exp', 'iat', 'sub', 'sid', 'jti', 'roles'].map((claim): [string, string] => [
      `no ${claim}`,
      without(claim),
    ]),
  ])('is refused with %s, also where none is needed', async (_, token) => {
    expectBadToken(await given.send('GET', '/public', { as: token }))
    expectBadToken(await given.send('GET', '/mine', { as: token }))
  })

  it('is refused in another scheme', async () => {
    const authorization = `Basic ${Buffer.from('ada:secret').toString('base64')}`
    expectBadToken(await given.send('GET', '/public', { headers: { authorization } }))
    expectBadToken(await given.send('GET', '/public', { headers: { authorization: tokenFor(ada) } }))
    expectBadToken(await given.send('GET', '/public', { headers: { authorization: '' } }))
  })

  it('may be meant for several audiences', async () => {
    const token = tokenFor(ada, { claims: { aud: ['other', audience] } })
    expect((await given.send('GET', '/mine', { as: token })).status).toBe(200)
  })

  it('ends at its time, though it was seen before', async () => {
    const token = tokenFor(ada, { claims: { exp: Math.floor(Date.now() / 1000) + 1 } })
    expect((await given.send('GET', '/mine', { as: token })).status).toBe(200)
    await expect
      .poll(async () => (await given.send('GET', '/mine', { as: token })).status, { timeout: 3000 })
      .toBe(401)
  })

  it('dies with its session, though it was seen before', async () => {
    const eve = { id: newId(), roles: ['user'] }
    const token = tokenFor(eve)
    expect((await given.send('GET', '/mine', { as: token })).status).toBe(200)
    given.standings.set(eve.id, 'revoked')
    expectBadToken(await given.send('GET', '/mine', { as: token }))
  })

  it('is worth the roles that its user has now', async () => {
    const bob = { id: newId(), roles: ['seller'] }
    const token = tokenFor(bob)
    const write = () => given.send('POST', `/mine/${newId()}`, { as: token, body: { name: 'x' } })
    expect((await write()).status).toBe(200)
    given.standings.set(bob.id, { roles: ['user'] })
    expectProblem(await write(), 403, 'forbidden')
  })
})

it('checks who asks before what is asked', async () => {
  const nonsense = { body: '{"nam', headers: { 'content-type': 'text/plain' } }
  expectProblem(await given.send('POST', '/mine/nobody?x=1', nonsense), 401, 'unauthenticated')
  expectProblem(await given.send('POST', '/mine/nobody?x=1', { ...nonsense, as: ada }), 403, 'forbidden')
  const seller = { id: newId(), roles: ['seller'] }
  expectProblem(await given.send('POST', '/mine/nobody', { as: seller, body: {} }), 400, 'validation_failed')
  expectProblem(
    await given.send('POST', '/mine/nobody', { as: seller, body: { name: '' } }),
    404,
    'not_found',
  )
})

describe('Keys', () => {
  const second = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secondKey = { ...second.publicKey.export({ format: 'jwk' }), kid: 'key-2', alg: 'ES256' }
  const authentication = (publicKeys: () => Promise<readonly Record<string, unknown>[]>) => ({
    publicKeys,
    issuer,
    audience,
    permissionsOf: () => [readThings.name],
    standing: ({ roles }: { readonly roles: readonly string[] }) => ({ roles }),
  })

  it('may be added while it runs, and old ones go on', async () => {
    const keys = [publicKey]
    await using rotating = await givenGateway({ routes, authentication: authentication(async () => keys) })
    const old = tokenFor(ada)
    expect((await rotating.send('GET', '/mine', { as: old })).status).toBe(200)
    keys.unshift({ ...publicKey, ...secondKey })
    const fresh = tokenFor(ada, { header: { alg: 'ES256', kid: 'key-2' }, key: second.privateKey })
    await expect
      .poll(async () => (await rotating.send('GET', '/mine', { as: fresh })).status, { timeout: 3000 })
      .toBe(200)
    expect((await rotating.send('GET', '/mine', { as: old })).status).toBe(200)
  })

  it('are asked for once, however many made-up names come in', async () => {
    let asked = 0
    const publicKeys = async () => {
      asked += 1
      return [publicKey]
    }
    await using counting = await givenGateway({ routes, authentication: authentication(publicKeys) })
    await Promise.all(
      Array.from({ length: 50 }, (_, each) =>
        counting.send('GET', '/mine', { as: tokenFor(ada, { header: { kid: `made-up-${each}` } }) }),
      ),
    )
    expect(asked).toBe(1)
  })

  it('that cannot be had are no fault of the token', async () => {
    let away = true
    const publicKeys = () => (away ? Promise.reject(Unavailable()) : Promise.resolve([publicKey]))
    await using broken = await givenGateway({ routes, authentication: authentication(publicKeys) })
    expectProblem(await broken.send('GET', '/mine', { as: ada }), 503, 'unavailable')
    away = false
    expect((await broken.send('GET', '/mine', { as: ada })).status).toBe(200)
  })

  it('decide the algorithm: a signature with another key of the set is none', async () => {
    await using two = await givenGateway({
      routes,
      authentication: authentication(async () => [publicKey, secondKey]),
    })
    const crossed = signed(
      { alg: 'EdDSA', typ: 'at+jwt', kid: 'key-2' },
      {},
      generateKeyPairSync('ed25519').privateKey,
    )
    expectProblem(await two.send('GET', '/mine', { as: crossed }), 401, 'unauthenticated')
  })
})
