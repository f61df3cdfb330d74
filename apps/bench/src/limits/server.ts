import fastify from 'fastify'
import postgres from 'postgres'
import { argon2Route } from './argon2.ts'
import { cartRoute } from './cart.ts'
import { catalogRoutes } from './catalog.ts'
import { checkoutRoutes } from './checkout.ts'

/**
 * The bare limits: what Fastify and PostgreSQL do on this machine with nothing around them. Written as plainly as
 * possible; run as a process of its own, as Plinth is. Prints where it listens.
 */
const url = process.env.DATABASE_URL
if (url === undefined) throw new Error('DATABASE_URL is not set')
const sql = postgres(url, { max: 20, onnotice: () => undefined })
const app = fastify()
await catalogRoutes(app, sql)
checkoutRoutes(app, sql)
cartRoute(app, sql)
argon2Route(app)
console.log(`listening at ${await app.listen({ port: 0, host: '127.0.0.1' })}`)

process.once('SIGTERM', async () => {
  await app.close()
  await sql.end({ timeout: 2 })
})
