import { type Actor, anonymous, service } from '@plinth/kernel'
import { importJWK, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { generateKey } from '../src/signing-keys.ts'
import { createServiceTokens } from '../src/wire/service-tokens.ts'
import { keys, tokensOf } from './given-server.ts'

const ada: Actor = {
  kind: 'user',
  id: 'ada',
  roles: ['seller'],
  permissions: ['catalog:write:own'],
  sessionId: 's',
}
const catalog = tokensOf('catalog', 'catalog')

/** A token of the shop's own keys, but for what a test says otherwise. */
const signed = async ({
  claims = {},
  header = {},
  audience = 'catalog',
  issuer = 'shop',
  expires = '1m',
} = {}) => {
  const [key] = keys
  if (key === undefined) throw new Error('there is a key')
  return new SignJWT({ actor: ada, ...claims })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, typ: 'plinth-service+jwt', ...header })
    .setIssuer(issuer)
    .setAudience(audience)
    .setSubject('ada')
    .setIssuedAt()
    .setExpirationTime(expires)
    .setJti('1')
    .sign(await importJWK({ ...key }, key.alg))
}

describe('a service token', () => {
  it.each([
    ['a user, with roles, permissions and session', ada],
    ['a user without a session', { ...ada, sessionId: undefined }],
    ['a part of the shop', service('orders')],
    ['nobody in particular', anonymous],
  ])('says for whom a call is made: %s', async (_, { ...given }) => {
    const actor = JSON.parse(JSON.stringify(given))
    const token = await tokensOf('orders').signerFor('catalog')(actor)
    expect(await catalog.verify(token)).toStrictEqual(actor)
    // And again, from memory.
    expect(await catalog.verify(token)).toStrictEqual(actor)
  })

  it('is signed once for a while, for each actor and each audience', async () => {
    const { signerFor } = tokensOf('orders')
    const first = await signerFor('catalog')(ada)
    expect(await signerFor('catalog')({ ...ada })).toBe(first)
    expect(await signerFor('cart')(ada)).not.toBe(first)
    expect(await signerFor('catalog')({ ...ada, permissions: [] })).not.toBe(first)
  })

  it('is for one audience alone', async () => {
    const token = await tokensOf('orders').signerFor('cart')(ada)
    await expect(catalog.verify(token)).rejects.toThrow(/aud/)
    expect(await tokensOf('api', 'users', 'cart').verify(token)).toStrictEqual(ada)
  })

  it.each([
    ['has run out', { expires: '-1m' }],
    ['is of another issuer', { issuer: 'another shop' }],
    ['has an actor of a kind that there is not', { claims: { actor: { kind: 'root' } } }],
    ['has an actor with more to it', { claims: { actor: { ...ada, admin: true } } }],
    ['has no actor', { claims: { actor: undefined } }],
  ])('is no good when it %s', async (_, changes) => {
    await expect(catalog.verify(await signed(changes))).rejects.toThrow()
  })

  it('is no good when it was changed, or signed with a key that is not ours', async () => {
    const [head, claims, signature] = (await signed()).split('.')
    const forged = Buffer.from(JSON.stringify({ actor: service('root'), exp: 9e9 })).toString('base64url')
    await expect(catalog.verify(`${head}.${forged}.${signature}`)).rejects.toThrow()
    await expect(catalog.verify(`${head}.${claims}.AAAA`)).rejects.toThrow()
    const stranger = createServiceTokens({ keys: [generateKey()], issuer: 'shop', name: 'x', audiences: [] })
    await expect(catalog.verify(await stranger.signerFor('catalog')(ada))).rejects.toThrow()
  })

  it('is none of another kind, and another kind is none of these', async () => {
    expect(await catalog.verify(await signed({ header: { typ: 'at+jwt' } }))).toBeUndefined()
    expect(await catalog.verify('no token')).toBeUndefined()
  })

  it('of a key that signs no more is verified on', async () => {
    const [old, fresh] = [generateKey(), generateKey()]
    const options = { issuer: 'shop', name: 'x', audiences: ['catalog'] }
    const token = await createServiceTokens({ ...options, keys: [old] }).signerFor('catalog')(ada)
    expect(await createServiceTokens({ ...options, keys: [fresh, old] }).verify(token)).toStrictEqual(ada)
  })
})
