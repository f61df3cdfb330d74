import { ValidationFailed } from '@plinth/kernel'
import { AccountSuspended, EmailTaken, InvalidCredentials } from '@plinth/users-contract'
import { sql } from 'drizzle-orm'
import { createLocalJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { admin, aKey, anybody, type Given, givenUsers, password } from './given.ts'

let given: Given
beforeAll(async () => {
  given = await givenUsers({ keys: [aKey('ES256'), aKey('EdDSA')] })
})
afterAll(() => given[Symbol.asyncDispose]())

const outcomeOf = (promise: Promise<unknown>) => promise.catch((error: unknown) => error)

describe('signing up', () => {
  test('makes a plain user and announces it in the same transaction', async () => {
    const user = await given.call.register(anybody, {
      email: 'Ada@Example.com',
      password,
      name: 'Ada Lovelace',
    })
    expect(user).toEqual({
      id: expect.any(String),
      email: 'Ada@Example.com',
      name: 'Ada Lovelace',
      roles: ['user'],
      permissions: ['users:read:own', 'users:password:own', 'users:sessions:own'],
      emailVerified: false,
      status: 'active',
      createdAt: expect.stringMatching(/Z$/),
    })
    expect(await given.events(user.id)).toEqual([
      {
        type: 'users.registered',
        mandatory: true,
        data: { userId: user.id, email: 'Ada@Example.com', name: 'Ada Lovelace' },
      },
    ])
  })

  test('keeps the password as argon2id of at least 19 MiB and two passes', async () => {
    const { id } = await given.register()
    const [row] = await given.rows<{ password_hash: string }>(
      sql`select password_hash from users.account where id = ${id}`,
    )
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  })

  test('is refused for an e-mail that somebody has, in whatever case, and announces nothing', async () => {
    const { id, email } = await given.register('grace@example.com')
    for (const spelling of [email, 'GRACE@EXAMPLE.COM', 'Grace@example.com'])
      await expect(given.register(spelling)).rejects.toSatisfy(EmailTaken.is)
    const [count] = await given.rows(
      sql`select count(*) from users.outbox where data ->> 'email' ilike ${email}`,
    )
    expect(count).toEqual({ count: 1 })
    expect(await given.events(id)).toHaveLength(1)
  })

  test('of two who come at once with one e-mail, one gets it', async () => {
    const attempts = await Promise.all(
      ['twin@example.com', 'Twin@example.com', 'TWIN@example.com'].map(email =>
        outcomeOf(given.register(email)),
      ),
    )
    expect(attempts.filter(each => each instanceof Error && EmailTaken.is(each))).toHaveLength(2)
    expect(attempts.filter(each => !(each instanceof Error))).toHaveLength(1)
  })

  test.each(['123456789012', 'password1234', 'PASSWORD1234', 'password 1234', 'qwerty123456'])(
    'is refused with a password that everybody tries first: %s',
    async common => {
      const attempt = given.call.register(anybody, { email: 'new@example.com', password: common, name: 'A' })
      await expect(attempt).rejects.toSatisfy(
        error => ValidationFailed.is(error) && JSON.stringify(error.details).includes('"/password"'),
      )
    },
  )

  test('counts the length of a password in characters, not in code units or bytes', async () => {
    const faces = ['😀', '😃', '😄', '😁', '😆', '😅', '🤣', '😂', '🙂', '🙃', '🫠', '😉']
    const attempt = (chosen: string, email: string) =>
      outcomeOf(given.call.register(anybody, { email, password: chosen, name: 'A' }))
    expect(await attempt(faces.slice(1).join(''), 'eleven@example.com')).toSatisfy(ValidationFailed.is)
    expect(await attempt(faces.join(''), 'twelve@example.com')).toMatchObject({ email: 'twelve@example.com' })
    const long = [...faces, ...faces.toReversed()].join('🦉').repeat(3).slice(0, 256)
    expect([...long]).toHaveLength(128)
    expect(await attempt(long, 'long@example.com')).toMatchObject({ email: 'long@example.com' })
    expect(await attempt(`${long}!`, 'too-long@example.com')).toSatisfy(ValidationFailed.is)
    const signedIn = await given.call.login(anybody, { email: 'LONG@example.com', password: long })
    expect(signedIn.tokenType).toBe('Bearer')
  })
})

describe('signing in', () => {
  test('answers an unknown e-mail and a wrong password alike', async () => {
    const { email } = await given.register()
    const wrong = await outcomeOf(given.call.login(anybody, { email, password: `${password}!` }))
    const unknown = await outcomeOf(given.call.login(anybody, { email: 'nobody@example.com', password }))
    expect(wrong).toSatisfy(InvalidCredentials.is)
    expect(unknown).toEqual(wrong)
  })

  test('tells whoever has the right password that the account is suspended, and nobody else', async () => {
    const { id, email } = await given.register()
    await given.call.suspend(admin, { userId: id })
    await expect(given.call.login(anybody, { email, password })).rejects.toSatisfy(AccountSuspended.is)
    await expect(given.call.login(anybody, { email, password: 'guess guess guess' })).rejects.toSatisfy(
      InvalidCredentials.is,
    )
    await given.call.reinstate(admin, { userId: id })
    expect(await given.call.login(anybody, { email, password })).toMatchObject({ expiresIn: 900 })
  })

  test('leaves nothing in the database that opens a session', async () => {
    const { tokens } = await given.signedIn()
    const [kept] = await given.rows<{ dump: string }>(
      sql`select string_agg(t::text || s::text, '') as dump from users.refresh_token t join users.session s on s.id = t.session_id`,
    )
    expect(kept?.dump).not.toContain(tokens.refreshToken)
    expect(kept?.dump).not.toContain(Buffer.from(tokens.refreshToken).toString('hex'))
  })
})

describe('an access token', () => {
  test('is checked by anyone with the public keys, which are public', async () => {
    const { user, tokens } = await given.signedIn()
    const { keys } = await given.call.getKeys(anybody, {})
    expect(keys.map(key => Object.keys(key).toSorted())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ['alg', 'crv', 'kid', 'kty', 'use', 'x'],
    ])
    const { payload, protectedHeader } = await jwtVerify(
      tokens.accessToken,
      createLocalJWKSet({ keys: keys.map(key => ({ kty: '', ...key })) }),
      { issuer: 'https://shop.example', audience: 'shop', typ: 'at+jwt', algorithms: ['ES256'] },
    )
    expect(protectedHeader).toEqual({ alg: 'ES256', kid: keys[0]?.kid, typ: 'at+jwt' })
    expect(payload).toEqual({
      iss: 'https://shop.example',
      aud: 'shop',
      sub: user.id,
      sid: expect.any(String),
      client_id: 'plinth',
      roles: ['user'],
      jti: expect.any(String),
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 900,
    })
    expect(Math.abs((payload.iat ?? 0) - Date.now() / 1000)).toBeLessThan(10)
  })

  test('names its own key, so that keys rotate without signing anyone out', async () => {
    const { tokens } = await given.signedIn()
    const { keys } = await given.call.getKeys(anybody, {})
    const older = createLocalJWKSet({ keys: keys.toReversed().map(key => ({ kty: '', ...key })) })
    expect(decodeProtectedHeader(tokens.accessToken).kid).toBe(keys[0]?.kid)
    await expect(jwtVerify(tokens.accessToken, older)).resolves.toBeDefined()
  })
})
