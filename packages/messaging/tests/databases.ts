import { connectPostgres, migrate, type Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase, type TestDatabase } from '@plinth/testing'
import { afterAll, beforeAll } from 'vitest'
import { messagingMigrations } from '../src/index.ts'

/** A database with the schema `messaging`, and two small domains: `orders` with an outbox, `payments`. */
export const migratedDatabase = (): Promise<TestDatabase> =>
  createTestDatabase({
    name: 'messaging',
    migrate: {
      key: 'messaging',
      apply: async url => {
        const domain = (name: string) => ({
          domain: name,
          directory: new URL(`./sql/${name}/`, import.meta.url),
        })
        await migrate({
          pool: { url },
          migrations: [messagingMigrations, domain('orders'), domain('payments')],
        })
      },
    },
  })

/** A pool of its own, as another process would have. */
export const poolOn = ({ url }: { readonly url: string }): Pool =>
  connectPostgres({ url, max: 5, logger: silentLogger })

/** A pool on a database of its own for the describe block that calls it; there once its tests run. */
export const usePool = (): (() => Pool) => {
  let database: TestDatabase
  let pool: Pool
  beforeAll(async () => {
    database = await migratedDatabase()
    pool = poolOn(database)
  })
  afterAll(async () => {
    await pool[Symbol.asyncDispose]()
    await database[Symbol.asyncDispose]()
  })
  return () => pool
}
