import { createHash, createPublicKey } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import type { Actor, User } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { BadToken } from './problem.ts'

/** A public key as a JWK with `kid` and `alg`. */
export type PublicKey = Readonly<Record<string, unknown>>

/** What access tokens are checked against. */
export interface AuthenticationOptions {
  /** The keys as they are now; asked again when a token names one that is not known. */
  readonly publicKeys: () => Promise<readonly PublicKey[]>
  readonly issuer: string
  readonly audience: string
  /** What a set of roles may do. */
  readonly permissionsOf: (roles: readonly string[]) => readonly string[]
  /** What has happened since the token was issued; answered from memory. */
  readonly standing: (token: VerifiedToken) => Standing
}

/** What a token says, once its signature holds. */
export interface VerifiedToken {
  readonly userId: string
  readonly sessionId: string
  readonly roles: readonly string[]
  /** Epoch seconds */
  readonly issuedAt: number
  /** Epoch seconds */
  readonly expiresAt: number
}

/** Whether a verified token still stands: not at all, or with these roles. */
export type Standing = 'revoked' | { readonly roles: readonly string[] }

/** Who sends a request; throws {@link BadToken}. Without a token it is nobody. */
export type Authenticate = (request: FastifyRequest) => Promise<Actor>

const algorithms = ['EdDSA', 'ES256'] as const

const publicJwk = z.looseObject({ kid: z.string(), alg: z.enum(algorithms), kty: z.enum(['OKP', 'EC']) })

const header = z.object({
  alg: z.enum(algorithms),
  kid: z.string(),
  typ: z.string().regex(/^(application\/)?at\+jwt$/i),
})

const claims = z.object({
  sub: z.string(),
  sid: z.string(),
  roles: z.array(z.string()),
  iat: z.number(),
  exp: z.number(),
  jti: z.string(),
})

/**
 * Checks access tokens after RFC 9068 and RFC 8725: the key named by `kid`, the algorithm fixed by the key,
 * `typ`, issuer, audience and expiry. Verified tokens are remembered for as long as they live.
 */
export const registerAuthentication = async (
  app: FastifyInstance,
  options: AuthenticationOptions,
): Promise<Authenticate> => {
  const keys = createKeyRing(options.publicKeys)
  const verified = new LRUCache<string, VerifiedToken>({ max: 10_000 })
  await app.register(fastifyJwt, {
    secret: async (_request: FastifyRequest, token: unknown) =>
      keys.pemFor(z.object({ header }).parse(token).header),
    decode: { complete: true },
    verify: {
      algorithms: [...algorithms],
      allowedIss: options.issuer,
      allowedAud: options.audience,
      requiredClaims: ['iss', 'aud', 'exp', 'iat', 'sub', 'sid', 'jti'],
    },
  })
  const verify = async (request: FastifyRequest, token: string): Promise<VerifiedToken> => {
    const mark = createHash('sha256').update(token).digest('base64')
    const known = verified.get(mark)
    if (known !== undefined && known.expiresAt * 1000 > Date.now()) return known
    try {
      const { sub, sid, roles, iat, exp } = claims.parse(await request.jwtVerify())
      const fresh = { userId: sub, sessionId: sid, roles, issuedAt: iat, expiresAt: exp }
      verified.set(mark, fresh, { ttl: Math.max(1, exp * 1000 - Date.now()) })
      return fresh
    } catch {
      throw new BadToken()
    }
  }
  return async request => {
    const { authorization } = request.headers
    if (authorization === undefined) return { kind: 'anonymous' }
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1]
    if (token === undefined) throw new BadToken('The Authorization header must hold a Bearer token.')
    const { userId, sessionId, ...said } = await verify(request, token)
    const standing = options.standing({ userId, sessionId, ...said })
    if (standing === 'revoked') throw new BadToken('The session of this access token has ended.')
    return userOf(userId, sessionId, standing.roles, options)
  }
}

const userOf = (
  id: string,
  sessionId: string,
  roles: readonly string[],
  { permissionsOf }: AuthenticationOptions,
): User => ({
  kind: 'user',
  id,
  sessionId,
  roles,
  permissions: permissionsOf(roles),
})

/** The public keys in the form that the verifier takes, fetched when an unknown one is named, once a second at most. */
const createKeyRing = (publicKeys: AuthenticationOptions['publicKeys']) => {
  let ring = new Map<string, { readonly alg: string; readonly pem: string }>()
  let fetchedAt = Number.NEGATIVE_INFINITY
  const fetch = async () => {
    if (performance.now() - fetchedAt < 1000) return
    fetchedAt = performance.now()
    ring = new Map(
      (await publicKeys()).map(key => {
        const jwk = publicJwk.parse(key)
        const pem = createPublicKey({ key: jwk, format: 'jwk' })
          .export({ type: 'spki', format: 'pem' })
          .toString()
        return [jwk.kid, { alg: jwk.alg, pem }]
      }),
    )
  }
  return {
    pemFor: async ({ kid, alg }: z.infer<typeof header>): Promise<string> => {
      if (!ring.has(kid)) await fetch()
      const key = ring.get(kid)
      if (key === undefined || key.alg !== alg) throw new BadToken()
      return key.pem
    },
  }
}
