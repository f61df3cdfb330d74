import { randomBytes } from 'node:crypto'
import { type Domain, domains } from '@plinth/host'
import { migrate, migrationsOf } from '@plinth/postgres'
import { createTestDatabase, type TestDatabase } from '@plinth/testing'
import postgres from 'postgres'
import type { Env } from './host-process.ts'
import { homeVariable } from './topology.ts'

const schemas = ['messaging', 'gateway', ...domains]

/** A database that somebody who may make schemas and roles has set up for everybody else, as `sql/install.sql` does. */
export const installedDatabase = (): Promise<TestDatabase> =>
  createTestDatabase({
    name: 'shop',
    migrate: {
      key: schemas.join(' '),
      apply: async url => {
        const migrations = schemas.map(schema => migrationsOf(schema, import.meta.url))
        await migrate({ pool: { url }, migrations })
      },
    },
  })

/** What domains that are outside are given in PostgreSQL. */
export interface Homes extends AsyncDisposable {
  readonly env: Env
  /** Where a domain has its tables, by a URL with the rights of a superuser. */
  readonly databaseOf: (domain: Domain) => string
}

/**
 * Gives each domain that is outside a user of its own, who may read and write what is the domain's and nobody else's.
 *
 * @param own whether each has a database of its own, too, and its tables nowhere else: then their events need RabbitMQ
 */
export const givenHomes = async (
  shop: TestDatabase,
  outside: readonly Domain[],
  { own }: { readonly own: boolean },
): Promise<Homes> => {
  await using stack = new AsyncDisposableStack()
  const server = postgres(shop.url, { max: 1, onnotice: () => undefined })
  stack.defer(() => server.end())
  const env: Record<string, string> = {}
  const databases = new Map<Domain, string>()
  for (const domain of outside) {
    const password = randomBytes(16).toString('hex')
    const name = `plinth_test_${domain}_${randomBytes(6).toString('hex')}`
    const roles = [domain, 'gateway', 'messaging'].map(schema => server(`plinth_${schema}`))
    await server.unsafe(`create role ${name} login password '${password}'`)
    stack.defer(async () => {
      await server`drop role ${server(name)}`
    })
    for (const role of roles) await server`grant ${role} to ${server(name)}`
    const home = own ? stack.use(await createTestDatabase({ name: domain })) : shop
    if (own) {
      await server`alter database ${server(home.name)} owner to ${server(name)}`
      await server`drop schema ${server(domain)} cascade`
    }
    databases.set(domain, home.url)
    const url = new URL(home.url)
    url.username = name
    url.password = password
    env[homeVariable(domain)] = url.href
  }
  const kept = stack.move()
  return {
    env,
    databaseOf: domain => databases.get(domain) ?? shop.url,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
