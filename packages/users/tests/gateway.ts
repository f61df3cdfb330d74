import { createRateLimiter } from '@plinth/cache'
import { createGateway } from '@plinth/http'
import { permissionsOf } from '@plinth/kernel'
import { connectPostgres } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { usersContract } from '@plinth/users-contract'
import { anybody, type Given } from './given.ts'

/** What a test sends. */
export interface Sent {
  /** An access token. */
  readonly as?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** The public routes of the given users, behind a gateway that takes the tokens they sign. */
export const givenGateway = async (given: Given, credentialsByAccount = 1000) => {
  const pool = connectPostgres({ url: given.url, role: 'plinth_gateway', logger: silentLogger })
  const app = await createGateway({
    logger: silentLogger,
    pool,
    authentication: {
      publicKeys: async () => (await given.call.getKeys(anybody, {})).keys,
      issuer: 'https://shop.example',
      audience: 'shop',
      permissionsOf: roles => permissionsOf(roles, Object.values(usersContract.permissions)),
      standing: ({ roles }) => ({ roles }),
    },
    limiter: createRateLimiter(),
    limits: { general: 100_000, credentialsByAccount, credentialsByAddress: 100_000 },
  })
  await app.register(given.users.routes)
  return {
    /** Sends a request and reads the answer. */
    async send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, { as, body, headers }: Sent = {}) {
      const answer = await app.inject({
        method,
        url,
        headers: { ...(as && { authorization: `Bearer ${as}` }), ...headers },
        ...(body && { payload: body }),
      })
      return {
        status: answer.statusCode,
        headers: answer.headers,
        body: answer.body === '' ? undefined : answer.json(),
      }
    },
    async [Symbol.asyncDispose]() {
      await app.close()
      await pool[Symbol.asyncDispose]()
    },
  }
}
