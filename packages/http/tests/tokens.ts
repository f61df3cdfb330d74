import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { newId } from '@plinth/kernel'

const pair = generateKeyPairSync('ed25519')

export const issuer = 'https://shop.example'
export const audience = 'shop'
export const kid = 'key-1'

/** The public half of what tokens are signed with. */
export const publicKey = { ...pair.publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }

/** The same key as bytes, for those who would have it taken for a shared secret. */
export const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** An access token as the shop issues them, but for what a test says otherwise. */
export const tokenFor = (
  { id, roles }: { readonly id: string; readonly roles: readonly string[] },
  { header = {}, claims = {}, key = pair.privateKey }: TokenParts = {},
): string => {
  const now = Math.floor(Date.now() / 1000)
  return signed(
    { alg: 'EdDSA', typ: 'at+jwt', kid, ...header },
    {
      iss: issuer,
      aud: audience,
      sub: id,
      sid: 'session-1',
      roles,
      iat: now,
      exp: now + 900,
      jti: newId(),
      ...claims,
    },
    key,
  )
}

export interface TokenParts {
  /** Members with the value undefined are left out. */
  readonly header?: object
  readonly claims?: object
  readonly key?: KeyObject
}

/** A token in JWS compact form. */
export const signed = (header: object, claims: object, key: KeyObject): string => {
  const content = encoded(header, claims)
  const options = key.asymmetricKeyType === 'ec' ? { key, dsaEncoding: 'ieee-p1363' as const } : key
  const algorithm = key.asymmetricKeyType === 'ec' ? 'sha256' : null
  return `${content}.${sign(algorithm, Buffer.from(content), options).toString('base64url')}`
}

/** Header and claims of a token, as they are signed. */
export const encoded = (header: object, claims: object): string =>
  [header, claims].map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
