import { rpcRoutes } from '@plinth/http'
import { expose, Unauthenticated } from '@plinth/kernel'
import { fastify } from 'fastify'
import { atTheFarSide, groundFor } from './ground.ts'
import { type Asked, offersContract, offersOf, operations } from './offers.ts'

/** Answers the same both ways: a bare route of Fastify, and an operation of a contract. */
const { SERVICE_KEYS = '', DATA_DIR = '' } = process.env
await using ground = await groundFor({ SERVICE_KEYS, DATA_DIR }, atTheFarSide)

const app = fastify()
app.post<{ Body: Asked }>('/bare', async ({ body }) => offersOf(body))
await app.register(
  rpcRoutes([
    expose(offersContract, operations, {
      verifyActor: async token => {
        const actor = await ground.neighbours.tokens.verify(token)
        if (actor === undefined) throw Unauthenticated()
        return actor
      },
    }),
  ]),
)
console.log(`listening at ${await app.listen({ host: '127.0.0.1', port: 0 })}`)
await new Promise(resolve => process.once('SIGTERM', resolve))
await app.close()
