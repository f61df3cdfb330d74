import { contextOf, newId, service, type User } from '@plinth/kernel'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { type SQL, sql } from 'drizzle-orm'
import { auditContract, createAuditTrail } from '../src/index.ts'

/** An admin. */
export const admin = contextOf({
  kind: 'user',
  id: newId(),
  roles: ['admin'],
  permissions: Object.values(auditContract.permissions).map(({ name }) => name),
} satisfies User)

/** A part of the shop. */
export const host = contextOf(service('host'))

/** The trails of two domains, each over its own schema in its own role. */
export const givenTrails = async () => {
  const migrations = ['users', 'orders'].map(domain => migrationsOf(domain, import.meta.url))
  const own = await createTestDatabase({
    name: 'audit',
    migrate: {
      key: 'audit',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const pools = ['users', 'orders'].map(schema => ({
    schema,
    pool: connectPostgres({ url: own.url, role: `plinth_${schema}`, logger: silentLogger }),
  }))
  const databases = pools.map(({ schema, pool }) => createDatabase({ pool, schema }))
  const [users, orders] = databases
  if (users === undefined || orders === undefined) throw new Error('there are two')
  return {
    users: createAuditTrail(users),
    orders: createAuditTrail(orders),
    database: users,
    /** Runs a statement as the owner of the tables. */
    async asOwner(statement: SQL) {
      await using pool = connectPostgres({ url: own.url, logger: silentLogger })
      const queries = createDatabase({ pool, schema: 'users' }).on(host)
      await queries.execute(statement)
    },
    /** Forgets everything, as only the owner of the tables can. */
    async forget() {
      await using pool = connectPostgres({ url: own.url, logger: silentLogger })
      for (const { schema } of pools) {
        const table = sql.raw(`${schema}.audit`)
        const queries = createDatabase({ pool, schema }).on(host)
        await queries.execute(sql`alter table ${table} disable trigger audit_is_append_only`)
        await queries.execute(sql`delete from ${table}`)
        await queries.execute(sql`alter table ${table} enable trigger audit_is_append_only`)
      }
    },
    async [Symbol.asyncDispose]() {
      for (const { pool } of pools) await pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}
