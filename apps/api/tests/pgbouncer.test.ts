import { startPrivatePgbouncer } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import { givenGround } from './given-shop.ts'
import { startHost } from './host-process.ts'
import { journey } from './journey.ts'
import { signInAdmin, signUpSeller } from './people.ts'

const probe = await startPrivatePgbouncer('postgres://postgres@127.0.0.1:5432/postgres')
await probe?.[Symbol.asyncDispose]()

/** A shop that reaches PostgreSQL through a PgBouncer that has four sessions for all of its connections. */
const givenPooledShop = async () => {
  await using stack = new AsyncDisposableStack()
  const ground = stack.use(await givenGround())
  const pooler = await startPrivatePgbouncer(ground.databaseUrl)
  if (pooler === undefined) throw new Error('there is no pgbouncer')
  stack.use(pooler)
  const host = stack.use(
    await startHost({
      ...ground.env,
      DATABASE_URL: pooler.url,
      DATABASE_POOL_MODE: 'transaction',
      DATABASE_DIRECT_URL: ground.databaseUrl,
    }),
  )
  const admin = await signInAdmin(host.url)
  const seller = await signUpSeller(host.url, admin, 'Loom and Thread')
  const kept = stack.move()
  return { ...ground, host, url: host.url, admin, seller, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

if (probe === undefined)
  describe.skip('the journey, behind PgBouncer (there is no pgbouncer here)', () => test('none', () => {}))
else
  describe('the journey, behind PgBouncer in transaction mode', () => {
    const shop = journey(givenPooledShop)

    test('nothing failed for want of a session', () => {
      const failed = shop()
        .host.output()
        .split('\n')
        .filter(line => /prepared statement|startup parameter|current transaction is aborted/.test(line))
      expect(failed).toEqual([])
    })
  })
