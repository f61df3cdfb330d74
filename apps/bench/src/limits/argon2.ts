import { hash, verify } from '@node-rs/argon2'
import type { FastifyInstance } from 'fastify'

const password = 'correct horse battery staple'

/** `GET /argon2?ms=5000`: passwords verified a second with nothing around it, so many at a time. */
export const argon2Route = (app: FastifyInstance): void => {
  app.get<{ Querystring: { ms: number; atOnce: number } }>(
    '/argon2',
    {
      schema: {
        querystring: { type: 'object', properties: { ms: { type: 'integer' }, atOnce: { type: 'integer' } } },
      },
    },
    async ({ query: { ms, atOnce } }) => {
      const stored = await hash(password, {
        algorithm: 2,
        memoryCost: 19_456,
        timeCost: 2,
        parallelism: 1,
      })
      const until = performance.now() + ms
      const begun = performance.now()
      let verified = 0
      const one = async () => {
        while (performance.now() < until) {
          if (await verify(stored, password)) verified += 1
        }
      }
      await Promise.all(Array.from({ length: atOnce }, one))
      return { rate: verified / ((performance.now() - begun) / 1000) }
    },
  )
}
