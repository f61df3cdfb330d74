import { type Id, newId } from '@plinth/kernel'
import { importJWK, type JWK, SignJWT } from 'jose'

/** A private signing key: OKP Ed25519 with EdDSA, or EC P-256 with ES256. */
export type SigningKey = Readonly<Record<string, string>> & {
  readonly kid: string
  readonly alg: string
  readonly kty: string
}

/** What access tokens are made with. */
export interface TokenSettings {
  /** The first signs; all verify. */
  readonly keys: readonly SigningKey[]
  readonly issuer: string
  readonly audience: string
}

/** Signs access tokens, and tells the world how to check them. */
export interface AccessTokens {
  /** Seconds that a token lives. */
  readonly expiresIn: number
  readonly sign: (holder: AccessTokenHolder) => Promise<string>
  /** The public half of every key. */
  readonly publicKeys: () => JWK[]
}

/** Whom an access token speaks for. */
export interface AccessTokenHolder {
  readonly userId: Id<'User'>
  readonly sessionId: Id<'Session'>
  readonly roles: readonly string[]
}

const expiresIn = 15 * 60

/** Access tokens after RFC 9068: `typ: at+jwt`, checked by anyone who has the public keys. */
export const createAccessTokens = ({ keys, issuer, audience }: TokenSettings): AccessTokens => {
  const [first] = keys
  if (first === undefined) throw new Error('there is no key to sign access tokens with')
  const { alg, kid } = first
  const signingKey = importJWK({ ...first }, alg)
  signingKey.catch(() => undefined)
  return {
    expiresIn,
    sign: async ({ userId, sessionId, roles }) =>
      new SignJWT({ sid: sessionId, roles, client_id: 'plinth' })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt' })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(userId)
        .setIssuedAt()
        .setExpirationTime(`${expiresIn}s`)
        .setJti(newId<'AccessToken'>())
        .sign(await signingKey),
    publicKeys: () => keys.map(publicHalf),
  }
}

/** Named one by one: what is not known to be public stays here. */
const publicHalf = ({ kty, crv, x, y, kid, alg }: SigningKey): JWK => ({
  kty,
  kid,
  alg,
  use: 'sig',
  ...(crv !== undefined && { crv }),
  ...(x !== undefined && { x }),
  ...(y !== undefined && { y }),
})
