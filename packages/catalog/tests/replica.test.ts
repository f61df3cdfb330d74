import { createMemoryCache } from '@plinth/cache'
import { catalogContract, type Product } from '@plinth/catalog-contract'
import { contextOf, local } from '@plinth/kernel'
import { connectPostgres, createDatabase, followReplica, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { eventually, startPrivateReplica } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createCatalog } from '../src/index.ts'
import { aProduct, internal, userWith } from './given.ts'

/** A catalog with a read replica that knows what was there when its copying was stopped. */
const givenCatalogWithReplica = async () => {
  await using stack = new AsyncDisposableStack()
  const servers = stack.use(await startPrivateReplica())
  const migrations = [migrationsOf('catalog', import.meta.url)]
  await migrate({ pool: { url: servers.primaryUrl }, migrations })
  const pool = stack.use(connectPostgres({ url: servers.primaryUrl, logger: silentLogger }))
  const copy = connectPostgres({ url: servers.replicaUrl, logger: silentLogger })
  const replica = stack.use(
    followReplica({ primary: pool, pool: copy, logger: silentLogger, everyMs: 20, mostBehindMs: 60_000 }),
  )
  const onCopy = createDatabase({ pool: copy, schema: 'catalog' })
  /** A replica of the host, with a memory of its own. */
  const open = () => {
    const settings = { currency: 'USD', reservationTtlSeconds: 900, stockLowThreshold: 5 }
    const catalog = createCatalog({ pool, replica, cache: createMemoryCache(), settings })
    return local(catalogContract, catalog.operations, { strict: true })
  }
  const running = stack.move()
  return {
    open,
    selling: contextOf(userWith('seller')),
    /** Whatever has been written is there, and nothing that comes after it. */
    stopCopying: async () => {
      await eventually(async () => expect(replica.isUsable()).toBe(true))
      const [at] = await createDatabase({ pool, schema: 'catalog' })
        .on(contextOf())
        .execute<{ lsn: string }>(sql`select pg_current_wal_lsn()::text as lsn`)
      await eventually(async () => {
        const [there] = await onCopy
          .on(contextOf())
          .execute<{ there: boolean }>(sql`select pg_last_wal_replay_lsn() >= ${at?.lsn}::pg_lsn as there`)
        expect(there?.there).toBe(true)
      })
      await onCopy.on(contextOf()).execute(sql`select pg_wal_replay_pause()`)
    },
    goOnCopying: () => onCopy.on(contextOf()).execute(sql`select pg_wal_replay_resume()`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

let given: Awaited<ReturnType<typeof givenCatalogWithReplica>>
beforeAll(async () => {
  given = await givenCatalogWithReplica()
})
afterAll(() => given?.[Symbol.asyncDispose]())

const everybody = contextOf()
const titleIn = (page: { readonly data: readonly Product[] }, id: string) =>
  page.data.find(product => product.id === id)?.title

it('what everybody sees may be some moments old elsewhere, never where it was changed, and what is sold never is', async () => {
  const [here, elsewhere] = [given.open(), given.open()]
  const { id: productId, variants } = await here.createProduct(given.selling, aProduct({ title: 'Before' }))
  await given.stopCopying()
  await here.updateProduct(given.selling, { productId, changes: { title: 'After' } })

  const shown = async (catalog: typeof here) => [
    (await catalog.getProduct(everybody, { idOrSlug: productId })).title,
    titleIn(await catalog.listProducts(everybody, { limit: 100 }), productId),
  ]
  expect(await shown(here)).toEqual(['After', 'After'])
  expect(await shown(elsewhere)).toEqual(['Before', 'Before'])
  const [variant] = variants
  const [offer] = await elsewhere.getOffers(internal, {
    variantIds: variant === undefined ? [] : [variant.id],
  })
  expect(offer?.title).toMatch(/^After/)
  await given.goOnCopying()
})

it('what is new is found before it has been copied', async () => {
  const [here, elsewhere] = [given.open(), given.open()]
  await given.stopCopying()
  const { id, slug } = await here.createProduct(given.selling, aProduct())
  for (const idOrSlug of [id, slug])
    expect(await elsewhere.getProduct(everybody, { idOrSlug })).toMatchObject({ id })
  await given.goOnCopying()
})
