import { generateKeyPairSync } from 'node:crypto'
import { contextOf, type Id, local, newId, permissionsOf, service, type User } from '@plinth/kernel'
import { connectPostgres, createDatabase, migrate, migrationsOf } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { createTestDatabase } from '@plinth/testing'
import { type AccessChange, usersContract } from '@plinth/users-contract'
import { type SQL, sql } from 'drizzle-orm'
import { createUsers, type SigningKey } from '../src/index.ts'

const permissions = Object.values(usersContract.permissions)

/** A password like any other. */
export const password = 'correct horse battery staple'

/** Nobody in particular, as somebody signs up or in. */
export const anybody = contextOf()

/** The rest of the shop. */
export const internal = contextOf(service('notifications'))

/** A user who may do what these roles allow. */
export const userWith = (roles: readonly string[], id: string = newId()): User => ({
  kind: 'user',
  id,
  roles,
  permissions: permissionsOf(roles, permissions),
})

/** An admin who has no account of their own. */
export const admin = contextOf(userWith(['admin']))

/** A key to sign with, by its kind. */
export const aKey = (alg: 'EdDSA' | 'ES256' = 'EdDSA'): SigningKey => {
  const { privateKey } =
    alg === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { kty = '', crv = '', x = '', y, d = '' } = privateKey.export({ format: 'jwk' })
  return { kid: newId(), alg, kty, crv, x, d, ...(y !== undefined && { y }) }
}

/** Users by themselves, over a database of the test's own in which they have their own role alone. */
export const givenUsers = async (
  changes: { readonly keys?: SigningKey[]; readonly hashing?: { atOnce: number; waiting: number } } = {},
) => {
  const migrations = [migrationsOf('users', import.meta.url), migrationsOf('gateway', import.meta.url)]
  const own = await createTestDatabase({
    name: 'users',
    migrate: {
      key: 'users',
      apply: async url => {
        await migrate({ pool: { url }, migrations })
      },
    },
  })
  const announced: AccessChange[] = []
  const keys = changes.keys ?? [aKey()]
  /** A replica: the same users in another process, as far as the database can tell. */
  const replica = () => {
    const pool = connectPostgres({
      url: own.url,
      role: 'plinth_users',
      acquireTimeoutMs: 10_000,
      logger: silentLogger,
    })
    const users = createUsers({
      pool,
      permissions,
      settings: {
        tokens: { keys, issuer: 'https://shop.example', audience: 'shop' },
        ...(changes.hashing && { hashing: changes.hashing }),
      },
      announce: news => announced.push(...news),
    })
    return { pool, users, call: local(usersContract, users.operations, { strict: true }) }
  }
  const { pool, users, call } = replica()
  const other = replica()
  const database = createDatabase({ pool, schema: 'users' })
  const rows = <Row extends Record<string, unknown>>(query: SQL) => database.on(internal).execute<Row>(query)
  const register = (email = `${newId()}@example.com`) =>
    call.register(anybody, { email, password, name: 'Ada Lovelace' })
  return {
    url: own.url,
    users,
    call,
    /** Calls that another replica answers. */
    elsewhere: other.call,
    announced,
    rows,
    register,
    /** Somebody with an account who has just signed in. */
    async signedIn() {
      const user = await register()
      return { user, tokens: await call.login(anybody, { email: user.email, password }) }
    },
    /** Somebody with an account and these roles. */
    async withRoles(...roles: string[]) {
      const { id } = await register()
      return call.setRoles(admin, { userId: id, roles })
    },
    token: async (userId: Id<'User'>, purpose: 'verify_email' | 'reset_password' = 'reset_password') =>
      (await call.issueMailToken(internal, { userId, purpose })).token,
    /** The events in the outbox about somebody, in order. */
    events: (subject: string) =>
      rows<{ type: string; mandatory: boolean; data: unknown }>(
        sql`select type, mandatory, data from users.outbox where subject = ${subject} order by id`,
      ),
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]()
      await other.pool[Symbol.asyncDispose]()
      await own[Symbol.asyncDispose]()
    },
  }
}

/** See {@link givenUsers}. */
export type Given = Awaited<ReturnType<typeof givenUsers>>
