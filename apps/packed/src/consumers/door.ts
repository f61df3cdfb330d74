import { generateKeyPairSync, sign } from 'node:crypto'
import { createRateLimiter } from '@plinth/cache'
import { createGateway, gatewayMigrations, type PublicKey } from '@plinth/http'
import { type Contract, newId, permissionsOf } from '@plinth/kernel'
import { connectPostgres, type Migrations, migrate } from '@plinth/postgres'
import { createLogger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'

// What a shop of somebody else's has of its own: a log, a database, and keys that sign its users in.

/** Its log. */
export const logger = createLogger({ level: 'error', service: 'somebody' })

/** Its database. */
export const pool = connectPostgres({ url: process.env.DATABASE_URL ?? '', logger })

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const ownKeys: PublicKey[] = [{ ...publicKey.export({ format: 'jwk' }), kid: '1', alg: 'EdDSA' }]

/** A domain as it is put into a server. */
interface Mountable {
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly migrations: Migrations
}

/** A Fastify server of its own with one domain in it. */
export const openDoor = async (
  contract: Contract,
  { routes, migrations }: Mountable,
  keys: readonly PublicKey[] = ownKeys,
) => {
  await migrate({ pool, migrations: [gatewayMigrations, migrations] })
  const app = await createGateway({
    logger,
    pool,
    limiter: createRateLimiter(),
    limits: { general: 600, credentialsByAccount: 10, credentialsByAddress: 60 },
    authentication: {
      publicKeys: async () => keys,
      issuer: 'somebody',
      audience: 'somebody',
      permissionsOf: roles => permissionsOf(roles, Object.values(contract.permissions)),
      standing: ({ roles }) => ({ roles }),
    },
  })
  await app.register(routes)
  app.get('/', async () => 'a shop of somebody else')
  return { app, url: await app.listen({ port: 0 }) }
}

/** An access token for somebody with these roles. */
export const tokenOf = (...roles: string[]): string => {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: 'somebody', aud: 'somebody', sub: newId(), sid: newId(), jti: newId(), roles }
  const parts = [
    { alg: 'EdDSA', typ: 'at+jwt', kid: '1' },
    { ...claims, iat: now, exp: now + 900 },
  ]
  const signed = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString('base64url')}`
}

/** Sends a request and gives what came back. */
export const send = async (
  url: string,
  { token, body, headers }: { token?: string; body?: object; headers?: Record<string, string> } = {},
) => {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
}
