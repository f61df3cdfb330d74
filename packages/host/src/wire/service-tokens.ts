import { type Actor, newId } from '@plinth/kernel'
import { createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { type PrivateJwk, publicHalf } from '../signing-keys.ts'

/** The tokens by which the parts of the shop know each other, and on whose behalf they call. */
export interface ServiceTokens {
  /** Signs actors for one part of the shop alone: no other takes such a token. */
  readonly signerFor: (audience: string) => (actor: Actor) => Promise<string>
  /**
   * The actor in a token that was signed for us. Undefined for what is no such token at all: the access token of a user,
   * say. Rejects where it is one, and no good.
   */
  readonly verify: (token: string) => Promise<Actor | undefined>
}

/** What service tokens are made with. */
export interface ServiceTokensOptions {
  /** The first signs; all verify. Every part of the shop has them. */
  readonly keys: readonly PrivateJwk[]
  readonly issuer: string
  /** Who we are: says in each token who called on behalf of the actor. */
  readonly name: string
  /** Whose calls we answer: the domains that are here. */
  readonly audiences: readonly string[]
}

/** Tells these tokens from all others that the same keys may have signed (RFC 8725, section 3.11). */
const type = 'plinth-service+jwt'

/** Seconds that a token lives: as long as the clocks of two machines differ, and the longest call. */
const lifeSeconds = 60
/** Milliseconds for which a token is used again: half its life is left then. */
const reuseMs = 30_000
/** Seconds by which the clocks of two machines may differ. */
const clockTolerance = 10

const actors = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('anonymous') }),
  z.strictObject({ kind: z.literal('service'), name: z.string().min(1) }),
  z.strictObject({
    kind: z.literal('user'),
    id: z.string().min(1),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    sessionId: z.string().optional(),
  }),
])

/**
 * Service tokens: short-lived JWTs with the actor, whole, roles and permissions included, for one audience. The same
 * actor's is signed once in half a minute, and verified once at the other side.
 */
export const createServiceTokens = ({
  keys,
  issuer,
  name,
  audiences,
}: ServiceTokensOptions): ServiceTokens => {
  const [first] = keys
  if (first === undefined) throw new Error('there is no key to sign calls with')
  const { alg, kid } = first
  const signingKey = importJWK({ ...first }, alg)
  signingKey.catch(() => undefined)
  const publicKeys = createLocalJWKSet({ keys: keys.map(publicHalf) })
  const signed = new LRUCache<string, Promise<string>>({ max: 10_000, ttl: reuseMs })
  const verified = new LRUCache<string, Actor>({ max: 10_000 })

  const sign = async (actor: Actor, audience: string) =>
    new SignJWT({ actor, act: { sub: name } })
      .setProtectedHeader({ alg, kid, typ: type })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(subjectOf(actor))
      .setIssuedAt()
      .setExpirationTime(`${lifeSeconds}s`)
      .setJti(newId<'ServiceToken'>())
      .sign(await signingKey)

  return {
    signerFor: audience => actor => {
      const mark = `${audience} ${JSON.stringify(actor)}`
      const known = signed.get(mark)
      if (known !== undefined) return known
      const token = sign(actor, audience)
      signed.set(mark, token)
      token.catch(() => signed.delete(mark))
      return token
    },

    async verify(token) {
      const known = verified.get(token)
      if (known !== undefined) return known
      if (typeOf(token) !== type) return undefined
      const { payload } = await jwtVerify(token, publicKeys, {
        issuer,
        audience: [...audiences],
        typ: type,
        algorithms: ['EdDSA', 'ES256'],
        requiredClaims: ['exp', 'iat', 'jti', 'sub'],
        clockTolerance,
      })
      const { actor, exp } = claims.parse(payload)
      const left = exp * 1000 - Date.now()
      if (left > 0) verified.set(token, actor, { ttl: left })
      return actor
    },
  }
}

const claims = z.object({ actor: actors.transform(asActor), exp: z.number() })

function asActor(actor: z.output<typeof actors>): Actor {
  if (actor.kind !== 'user') return actor
  const { sessionId, ...user } = actor
  return { ...user, ...(sessionId !== undefined && { sessionId }) }
}

const subjectOf = (actor: Actor): string => {
  switch (actor.kind) {
    case 'user':
      return actor.id
    case 'service':
      return `service:${actor.name}`
    case 'anonymous':
      return 'anonymous'
  }
}

const typeOf = (token: string): string | undefined => {
  try {
    return decodeProtectedHeader(token).typ
  } catch {
    return undefined
  }
}
