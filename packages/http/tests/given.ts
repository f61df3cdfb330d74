import { createRateLimiter } from '@plinth/cache'
import { permission } from '@plinth/kernel'
import { connectPostgres, migrate, type Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { createGateway, type GatewayOptions, gatewayMigrations, type Standing } from '../src/index.ts'
import { audience, issuer, publicKey, tokenFor } from './tokens.ts'

/** What the routes of these tests may ask for. */
export const readThings = permission('things:read:own', {
  description: 'Read own things',
  roles: ['user'],
})
export const writeThings = permission('things:write:own', {
  description: 'Write own things',
  roles: ['seller'],
})

const permissionsByRole: Readonly<Record<string, readonly string[]>> = {
  user: [readThings.name],
  seller: [writeThings.name],
}

/** Where nothing is kept: routes without idempotency never ask. */
export const noPool: Pool = connectPostgres({
  url: 'postgres://nobody@127.0.0.1:1/none',
  logger: silentLogger,
})

export interface GivenOptions extends Partial<GatewayOptions> {
  readonly routes?: (app: FastifyInstance) => void | Promise<void>
}

/** A gateway with the routes of a test. */
export const givenGateway = async ({ routes, ...options }: GivenOptions = {}) => {
  const standings = new Map<string, Standing>()
  const app = await createGateway({
    logger: silentLogger,
    pool: noPool,
    authentication: {
      publicKeys: async () => [publicKey],
      issuer,
      audience,
      permissionsOf: roles => roles.flatMap(role => permissionsByRole[role] ?? []),
      standing: ({ userId, roles }) => standings.get(userId) ?? { roles },
    },
    limiter: createRateLimiter(),
    limits: { general: 10_000, credentialsByAccount: 100, credentialsByAddress: 100 },
    ...options,
  })
  await routes?.(app)
  return {
    app,
    /** What happened to a user since the token was issued. */
    standings,
    /** Sends a request without a network. */
    async send(method: NonNullable<InjectOptions['method']>, url: string, sent: Sent = {}) {
      const { as, body, headers, from } = sent
      const answer = await app.inject({
        method,
        url,
        headers: {
          host: 'shop.example',
          ...(as !== undefined && { authorization: `Bearer ${typeof as === 'string' ? as : tokenFor(as)}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(from !== undefined && { remoteAddress: from }),
        ...(body !== undefined && { payload: typeof body === 'string' ? body : asPayload(body) }),
      })
      const { statusCode: status, headers: received, body: text } = answer
      return {
        status,
        headers: received,
        text,
        body: text !== '' && String(received['content-type']).includes('json') ? answer.json() : undefined,
      }
    },
    /** Listens on a port of its own, for tests that need a network. */
    listen: () => app.listen({ host: '127.0.0.1', port: 0 }),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

/** What a test sends. */
export interface Sent {
  /** A user by id and roles, or a token. */
  readonly as?: { readonly id: string; readonly roles: readonly string[] } | string
  /** An object, a text, or bytes. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  /** The address it comes from. */
  readonly from?: string
}

/** A database with the gateway's tables, and a pool of the gateway's own role. */
export const givenGatewayDatabase = async () => {
  const database = await createTestDatabase({
    name: 'gateway',
    migrate: {
      key: 'gateway',
      apply: async url => {
        await migrate({ pool: { url }, migrations: [gatewayMigrations] })
      },
    },
  })
  const pool = connectPostgres({ url: database.url, role: 'plinth_gateway', logger: silentLogger })
  return {
    pool,
    url: database.url,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await database[Symbol.asyncDispose]()
    },
  }
}

const asPayload = (body: unknown): Buffer | string => (Buffer.isBuffer(body) ? body : JSON.stringify(body))
