import { generateKeyPairSync, sign } from 'node:crypto'
import { createGateway } from '@plinth/http'
import { newId, permissionsOf, type User } from '@plinth/kernel'
import { connectPostgres } from '@plinth/postgres'
import { shipmentsContract } from '@plinth/shipments-contract'
import { silentLogger } from '@plinth/telemetry'
import type { Given } from './given.ts'

/** The public routes of the given shipments, behind a gateway. */
export const givenGateway = async (given: Given) => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const pool = connectPostgres({ url: given.url, role: 'plinth_gateway', logger: silentLogger })
  const app = await createGateway({
    logger: silentLogger,
    pool,
    authentication: {
      publicKeys: async () => [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'EdDSA' }],
      issuer: 'test',
      audience: 'test',
      permissionsOf: roles => permissionsOf(roles, Object.values(shipmentsContract.permissions)),
      standing: ({ roles }) => ({ roles }),
    },
    limiter: { consume: unlimited, peek: unlimited, restore: unlimited },
    limits: { general: 100_000, credentialsByAccount: 100, credentialsByAddress: 100 },
  })
  await app.register(given.shipments.routes)

  const tokenOf = ({ id, roles }: User): string => {
    const iat = Math.floor(Date.now() / 1000)
    const who = { iss: 'test', aud: 'test', sub: id, sid: newId(), jti: newId() }
    const signed = [
      { alg: 'EdDSA', typ: 'at+jwt', kid: 'test' },
      { ...who, roles, iat, exp: iat + 900 },
    ]
      .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.')
    return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
  }

  return {
    /** Sends a request, as nobody unless told, and reads the answer. */
    async send(method: 'GET' | 'POST', url: string, as?: User, body?: object) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...(as && { authorization: `Bearer ${tokenOf(as)}` }) },
        ...(body && { payload: body }),
      })
      return { status: answer.statusCode, body: answer.json() }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await pool[Symbol.asyncDispose]()
    },
  }
}

const unlimited = async (_: string, { limit }: { readonly limit: number }) => ({
  allowed: true,
  limit,
  remaining: limit,
  resetMs: 0,
  retryAfterMs: 0,
})
