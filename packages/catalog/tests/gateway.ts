import { generateKeyPairSync, sign } from 'node:crypto'
import { createRateLimiter } from '@plinth/cache'
import { catalogContract } from '@plinth/catalog-contract'
import { createGateway } from '@plinth/http'
import { newId, permissionsOf, type User } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import type { Given } from './given.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const kid = 'test'

/** The catalog's routes on a gateway of their own. */
export const givenGateway = async ({ pool, catalog }: Pick<Given, 'pool' | 'catalog'>) => {
  const app = await createGateway({
    logger: silentLogger,
    pool,
    authentication: {
      publicKeys: async () => [{ ...publicKey.export({ format: 'jwk' }), kid, alg: 'EdDSA' }],
      issuer: 'test',
      audience: 'test',
      permissionsOf: roles => permissionsOf(roles, Object.values(catalogContract.permissions)),
      standing: ({ roles }) => ({ roles }),
    },
    limiter: createRateLimiter(),
    limits: { general: 100_000, credentialsByAccount: 100, credentialsByAddress: 100 },
  })
  await app.register(catalog.routes)
  return {
    /** Sends a request as somebody, or as nobody. */
    async send(
      method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
      url: string,
      {
        as,
        body,
        headers = {},
      }: { as?: User | undefined; body?: object; headers?: Record<string, string> } = {},
    ) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...(as && { authorization: `Bearer ${tokenOf(as)}` }), ...headers },
        ...(body && { payload: body }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body === '' ? undefined : answer.json(),
      }
    },
    [Symbol.asyncDispose]: () => app.close(),
  }
}

const tokenOf = ({ id, roles }: User): string => {
  const now = Math.floor(Date.now() / 1000)
  const claims = {
    iss: 'test',
    aud: 'test',
    sub: id,
    sid: newId(),
    roles,
    iat: now,
    exp: now + 600,
    jti: newId(),
  }
  const signed = [{ alg: 'EdDSA', kid, typ: 'at+jwt' }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
}
