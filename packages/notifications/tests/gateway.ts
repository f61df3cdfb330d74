import { generateKeyPairSync, sign } from 'node:crypto'
import { createGateway } from '@plinth/http'
import { newId, permissionsOf, type User } from '@plinth/kernel'
import { notificationsContract } from '@plinth/notifications-contract'
import { connectPostgres } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import type { Given } from './given.ts'

/** What a test sends. */
export interface Sent {
  readonly as?: User
  readonly headers?: Readonly<Record<string, string>>
}

/** The public routes of the given notifications, behind a gateway. */
export const givenGateway = async (given: Given) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pool = connectPostgres({ url: given.url, role: 'plinth_gateway', logger: silentLogger })
  const app = await createGateway({
    logger: silentLogger,
    pool,
    authentication: {
      publicKeys: async () => [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'EdDSA' }],
      issuer: 'plinth',
      audience: 'plinth',
      permissionsOf: roles => permissionsOf(roles, Object.values(notificationsContract.permissions)),
      standing: ({ roles }) => ({ roles }),
    },
    limiter: { consume: unlimited, peek: unlimited, restore: unlimited },
    limits: { general: 100_000, credentialsByAccount: 100, credentialsByAddress: 100 },
  })
  await app.register(given.notifications.routes)
  await app.ready()

  const tokenOf = ({ id, roles }: User): string => {
    const now = Math.floor(Date.now() / 1000)
    const claims = {
      iss: 'plinth',
      aud: 'plinth',
      sub: id,
      sid: newId(),
      roles,
      iat: now,
      exp: now + 900,
      jti: newId(),
    }
    const signed = [{ alg: 'EdDSA', typ: 'at+jwt', kid: 'test' }, claims]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
  }

  return {
    /** Sends a request and reads the answer. */
    async send(method: 'GET' | 'POST', url: string, { as, headers }: Sent = {}) {
      const response = await app.inject({
        method,
        url,
        headers: {
          ...(as && { authorization: `Bearer ${tokenOf(as)}` }),
          ...headers,
        },
      })
      return {
        status: response.statusCode,
        headers: response.headers,
        text: response.body,
        body: response.body === '' ? undefined : response.json(),
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await pool[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenGateway}. */
export type GivenGateway = Awaited<ReturnType<typeof givenGateway>>

const unlimited = async (_: string, { limit }: { readonly limit: number }) => ({
  allowed: true,
  limit,
  remaining: limit,
  resetMs: 0,
  retryAfterMs: 0,
})
