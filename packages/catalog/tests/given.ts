import { createMemoryCache } from '@plinth/cache'
import { catalogContract, type Product, type Variant } from '@plinth/catalog-contract'
import {
  type Colocated,
  contextOf,
  type InputOf,
  local,
  newId,
  permissionsOf,
  service,
  type User,
} from '@plinth/kernel'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase, eventually } from '@plinth/testing'
import { type SQL, sql } from 'drizzle-orm'
import { type CatalogSettings, createCatalog } from '../src/index.ts'

type Contract = typeof catalogContract

/** A user with the permissions of these roles. */
export const userWith = (...roles: string[]): User => ({
  kind: 'user',
  id: newId(),
  roles,
  permissions: permissionsOf(roles, Object.values(catalogContract.permissions)),
})

/** The rest of the shop. */
export const internal = contextOf(service('orders'))

/** A catalog by itself, over a database of the test's own in which it has its own role alone. */
export const givenCatalog = async (changes: Partial<CatalogSettings> = {}, clock?: () => number) => {
  const migrations = migrationsOf('catalog', import.meta.url)
  const own = await createTestDatabase({
    name: 'catalog',
    migrate: {
      key: 'catalog',
      apply: async url => {
        await migrate({ pool: { url }, migrations: [migrations] })
      },
    },
  })
  const pool = connectPostgres({
    url: own.url,
    role: 'plinth_catalog',
    acquireTimeoutMs: 10_000,
    logger: silentLogger,
  })
  const cache = createMemoryCache({ ...(clock && { now: clock }) })
  const settings = { currency: 'USD', reservationTtlSeconds: 900, stockLowThreshold: 5, ...changes }
  const catalog = createCatalog({ pool, cache, settings })
  const seller = userWith('seller')
  const database = createDatabase({ pool, schema: 'catalog' })
  const call: Colocated<Contract> = local(catalogContract, catalog.operations, { strict: true })
  return {
    url: own.url,
    pool,
    catalog,
    call,
    database,
    seller,
    selling: contextOf(seller),
    admin: contextOf(userWith('admin')),
    rows: <Row extends Record<string, unknown>>(query: SQL) => database.on(contextOf()).execute<Row>(query),
    /** A published product with one variant, unless told otherwise. */
    async givenProduct(changes: Partial<InputOf<Contract, 'createProduct'>> = {}): Promise<Product> {
      return call.createProduct(contextOf(seller), { ...aProduct(), ...changes })
    },
    /** Variants of one product, with that much in stock each. */
    async givenStock(...stock: number[]): Promise<[Variant, ...Variant[]]> {
      const variants = stock.map(each => aVariant({ stock: each }))
      const [first, ...others] = (await call.createProduct(contextOf(seller), aProduct({ variants })))
        .variants
      if (first === undefined) throw new Error('a product has at least one variant')
      return [first, ...others]
    },
    /** What the columns say of a variant. */
    async level(variantId: string) {
      const [row] = await database
        .on(contextOf())
        .execute<{ onHand: number; reserved: number }>(
          sql`select on_hand as "onHand", reserved from catalog.variant where id = ${variantId}`,
        )
      if (row === undefined) throw new Error('there is no such variant')
      return row
    },
    /** Lets the hold of an order run out, as far as the clock goes; the job has not been round yet. */
    async runOut(orderId: string) {
      await database
        .on(contextOf())
        .execute(
          sql`update catalog.reservation set expires_at = now() - interval '1 s' where order_id = ${orderId}`,
        )
    },
    /** Has the job been round until nothing is due. */
    async expire() {
      const [job] = catalog.jobs
      await using _running = job?.start(silentLogger)
      await eventually(async () => {
        const due = await database
          .on(contextOf())
          .execute(sql`select 1 from catalog.reservation where status = 'open' and expires_at <= now()`)
        return due.length === 0
      })
    },
    /** What the audit says was done to something, newest first. */
    async audited(subject: string) {
      const { data } = await catalog.audit.listEntries(contextOf(), { subject, limit: 100 })
      return data.map(({ actor, action, details }) => [actor.id, action, details])
    },
    /** The events of a type that were announced about something. */
    async announced(type: string, subject: string) {
      const rows = await database
        .on(contextOf())
        .execute<{ data: unknown }>(
          sql`select data from catalog.outbox where type = ${type} and subject = ${subject} order by id`,
        )
      return rows.map(({ data }) => data)
    },
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenCatalog}. */
export type Given = Awaited<ReturnType<typeof givenCatalog>>

/** A variant to be made, with a SKU of its own. */
export const aVariant = (changes: Partial<InputOf<Contract, 'addVariant'>['variant']> = {}) => ({
  sku: `SKU-${newId()}`,
  price: { amount: 4900, currency: 'USD' },
  stock: 10,
  ...changes,
})

/** A product to be made. */
export const aProduct = (changes: Partial<InputOf<Contract, 'createProduct'>> = {}) => ({
  title: 'Linen shirt',
  description: 'Light, loose, made to last.',
  status: 'published' as const,
  variants: [aVariant()],
  ...changes,
})

/** Rows that break what must hold of stock; none, always. */
export const brokenStock = (given: Given) =>
  given.rows(sql`
    select v.id, v.on_hand, v.reserved, ledger.total, ledger.last, open.quantity
      from catalog.variant v
     cross join lateral (
       select sum(delta)::int as total, (array_agg(on_hand order by seq desc))[1] as last
         from catalog.stock_movement where variant_id = v.id
     ) ledger
     cross join lateral (
       select coalesce(sum(l.quantity), 0)::int as quantity
         from catalog.reservation_line l join catalog.reservation r using (order_id)
        where l.variant_id = v.id and r.status = 'open'
     ) open
     where v.on_hand is distinct from ledger.total or v.on_hand is distinct from ledger.last
        or v.reserved <> open.quantity or v.on_hand < v.reserved or v.reserved < 0`)
