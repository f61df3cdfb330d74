import { createRateLimiter } from '@plinth/cache'
import { createGateway, type GatewayOptions } from '@plinth/http'
import { connectPostgres } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import type { FastifyInstance } from 'fastify'
import { generateKey } from '../src/signing-keys.ts'
import { createServiceTokens, type ServiceTokens } from '../src/wire/service-tokens.ts'

/** The keys that all parts of the shop of a test have. */
export const keys = [generateKey()]

/** The tokens of one part of it, which answers for these domains. */
export const tokensOf = (name: string, ...audiences: string[]): ServiceTokens =>
  createServiceTokens({ keys, issuer: 'shop', name, audiences })

/** A gateway that listens, with the routes of a test; nobody has an access token. */
export const givenServer = async (
  routes: (app: FastifyInstance) => void | Promise<void>,
  options: Partial<GatewayOptions> = {},
) => {
  const pool = connectPostgres({ url: 'postgres://nobody@127.0.0.1:1/none', logger: silentLogger })
  const app = await createGateway({
    logger: silentLogger,
    pool,
    authentication: {
      publicKeys: async () => [],
      issuer: 'shop',
      audience: 'shop',
      permissionsOf: () => [],
      standing: ({ roles }) => ({ roles }),
    },
    limiter: createRateLimiter(),
    limits: { general: 10_000, credentialsByAccount: 100, credentialsByAddress: 100 },
    ...options,
  })
  await routes(app)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    app,
    url,
    async [Symbol.asyncDispose]() {
      await app.close()
      await pool[Symbol.asyncDispose]()
    },
  }
}
