import { product } from '@plinth/catalog-contract'
import { pageOf } from '@plinth/kernel'
import { eventually, type PrivateReplica, startPrivateReplica } from '@plinth/testing'
import postgres, { type Sql } from 'postgres'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { clientOf } from './client.ts'
import { givenGround } from './given-shop.ts'
import { startHost } from './host-process.ts'
import { journey } from './journey.ts'
import { signInAdmin, signUpSeller } from './people.ts'

/** A shop that reads from a copy of its database what may be some moments old. */
const givenShopWithReplica = async () => {
  await using stack = new AsyncDisposableStack()
  const servers = stack.use(await startPrivateReplica())
  const ground = stack.use(await givenGround())
  const databaseUrl = servers.primaryUrl
  const host = stack.use(
    await startHost({ ...ground.env, DATABASE_URL: databaseUrl, DATABASE_READ_URL: servers.replicaUrl }),
  )
  const admin = await signInAdmin(host.url)
  const seller = await signUpSeller(host.url, admin, 'Loom and Thread')
  const kept = stack.move()
  const url = host.url
  return {
    ...ground,
    databaseUrl,
    servers,
    host,
    url,
    admin,
    seller,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

describe('the journey, with a read replica', () => {
  let servers: PrivateReplica
  const shop = journey(async () => {
    const opened = await givenShopWithReplica()
    servers = opened.servers
    return opened
  })
  const anyone = () => clientOf(shop().url)
  const page = pageOf(product)

  /** Further pages, of which none is on the shelf: first ones are read from the primary just after a change. */
  const readOn = async () => {
    const { nextCursor } = (await anyone().get('/v1/products?limit=1')).expect(200, page)
    const next = await anyone().get(`/v1/products?limit=1&cursor=${nextCursor}`)
    return next.expect(200, page).data.length
  }

  test('is read from, and readiness tells', async () => {
    await using sql = closing(postgres(servers.replicaUrl, { max: 1 }))
    await eventually(async () => {
      expect(await readOn()).toBe(1)
      const [found] = await sql`
        select from pg_stat_activity where application_name = 'plinth reads' and query ilike '%catalog.product%'`
      expect(found).toBeDefined()
    })
    const ready = (await anyone().get('/health/ready')).expect(200, readiness)
    expect(ready).toMatchObject({ status: 'ready', dependencies: { replica: 'up' } })
  })

  test('that dies is not missed, and readiness tells', async () => {
    await servers.killReplica()
    for (let n = 0; n < 20; n++) expect(await readOn()).toBe(1)
    await eventually(async () => {
      const ready = (await anyone().get('/health/ready')).expect(200, readiness)
      expect(ready).toMatchObject({ status: 'degraded', dependencies: { replica: 'down' } })
    })
  })
})

const readiness = z.object({ status: z.string(), dependencies: z.record(z.string(), z.string()) })

const closing = <S extends Sql>(sql: S) => Object.assign(sql, { [Symbol.asyncDispose]: () => sql.end() })
