import { createHash } from 'node:crypto'
import fastifyJwt from '@fastify/jwt'
import { type Actor, anonymous, type User } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { algorithms, createKeyRing, type PublicKey } from './key-ring.ts'
import { BadToken } from './problem.ts'

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

const header = z.object({
  alg: z.enum(algorithms),
  kid: z.string(),
  typ: z.string().regex(/^(application\/)?at\+jwt$/i),
})

const claims = z.object({
  sub: z.string().min(1),
  sid: z.string().min(1),
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
  const pems = new WeakMap<FastifyRequest, string>()
  const verified = new LRUCache<string, VerifiedToken>({ max: 10_000 })
  await app.register(fastifyJwt, {
    secret: async (request: FastifyRequest) => pems.get(request) ?? '',
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
    // Apart from the rest: that the keys cannot be had is no fault of the token.
    pems.set(request, await keys.pemFor(headerOf(token)))
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
    if (request.headers.authorization === undefined) return anonymous
    const token = bearerOf(request)
    if (token === undefined) throw new BadToken('The Authorization header must hold a Bearer token.')
    const said = await verify(request, token)
    const standing = options.standing(said)
    if (standing === 'revoked') throw new BadToken('The session of this access token has ended.')
    return userOf(said, standing.roles, options)
  }
}

/** The token of a request, if it has the form of one. */
export const bearerOf = ({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined =>
  /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization ?? '')?.[1]

const userOf = (
  { userId: id, sessionId }: VerifiedToken,
  roles: readonly string[],
  { permissionsOf }: AuthenticationOptions,
): User => ({ kind: 'user', id, sessionId, roles, permissions: permissionsOf(roles) })

const headerOf = (token: string): z.infer<typeof header> => {
  try {
    const [encoded = ''] = token.split('.')
    return header.parse(JSON.parse(Buffer.from(encoded, 'base64url').toString()))
  } catch {
    throw new BadToken()
  }
}
