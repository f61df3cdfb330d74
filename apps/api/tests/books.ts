import { type Domain, domains } from '@plinth/host'
import { createTestDatabase, type TestDatabase } from '@plinth/testing'
import postgres from 'postgres'
import type { Ground } from './given-shop.ts'

/** What a shop has written down, wherever it has: for tests to look at, and to write into. */
export interface Books extends AsyncDisposable {
  /** A database in which all of it can be read, as of one moment where it is one anyhow. */
  readonly url: string
  /** Where a domain has its tables. */
  readonly of: (domain: Domain) => postgres.Sql
  /** The deadlocks that there have been in any of it. */
  readonly deadlocks: () => Promise<number>
}

/** Opens the books of a shop that has been started: its deployables have made their tables by then. */
export const openBooks = async ({ databaseOf }: Pick<Ground, 'databaseOf'>): Promise<Books> => {
  await using stack = new AsyncDisposableStack()
  const urls = [...new Set(domains.map(databaseOf))]
  const clients = new Map(urls.map(url => [url, postgres(url, { max: 2, onnotice: () => undefined })]))
  stack.defer(async () => {
    await Promise.all([...clients.values()].map(client => client.end()))
  })
  const of = (domain: Domain): postgres.Sql => {
    const client = clients.get(databaseOf(domain))
    if (client === undefined) throw new Error(`${domain} has no database`)
    return client
  }
  const [only, ...more] = urls
  const url = only !== undefined && more.length === 0 ? only : stack.use(await gathered(databaseOf, urls)).url
  const kept = stack.move()
  return {
    url,
    of,
    async deadlocks() {
      const [row] = await of('orders')`
        select sum(deadlocks)::int as deadlocks from pg_stat_database where datname = any(${urls.map(nameOf)})`
      return row?.deadlocks
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** What each database has of its own: brokers and gateways write down beside a domain what they do for it. */
const everywhere = ['messaging', 'gateway']

/** A database that shows several as one: the schemas of the domains, and of those that each has all rows together. */
const gathered = async (databaseOf: Ground['databaseOf'], urls: readonly string[]): Promise<TestDatabase> => {
  await using stack = new AsyncDisposableStack()
  const whole = stack.use(await createTestDatabase({ name: 'whole' }))
  await using sql = openOnce(whole.url)
  await sql.run`create extension postgres_fdw`
  for (const url of urls) await link(sql, url)
  for (const domain of domains) await bring(sql, domain, nameOf(databaseOf(domain)), domain)
  for (const schema of everywhere) {
    const parts = urls.map((url, at) => ({ server: nameOf(url), into: `${schema}_${at}` }))
    for (const { server, into } of parts) await bring(sql, schema, server, into)
    await sql.run`create schema ${sql.run(schema)}`
    await sql.each`
      select format('create view %I.%I as %s', ${schema}::text, table_name,
                    string_agg(format('select * from %I.%I', table_schema, table_name), ' union all '))
        from information_schema.tables where table_schema = any(${parts.map(({ into }) => into)})
       group by table_name`
  }
  const kept = stack.move()
  return { ...whole, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Has the server know a database as a foreign one; it reaches itself where it listens, whatever the way from here. */
const link = async (sql: Statements, url: string): Promise<void> => {
  const { username, password } = new URL(url)
  await sql.each`
    select format('create server %I foreign data wrapper postgres_fdw
                     options (host %L, port %L, dbname %1$L, fetch_size ''10000'', updatable ''false'')',
                  ${nameOf(url)}::text,
                  coalesce(host(inet_server_addr()), split_part(current_setting('unix_socket_directories'), ',', 1)),
                  current_setting('port'))
     union all
    select format('create user mapping for current_user server %I options (user %L, password %L)',
                  ${nameOf(url)}::text, ${decodeURIComponent(username)}::text, ${decodeURIComponent(password)}::text)`
}

const bring = async ({ run }: Statements, schema: string, server: string, into: string): Promise<void> => {
  await run`create schema ${run(into)}`
  // What a column is generated from is of no interest to who only reads it.
  await run`
    import foreign schema ${run(schema)} from server ${run(server)} into ${run(into)}
      options (import_generated 'false')`
}

interface Statements extends AsyncDisposable {
  readonly run: postgres.Sql
  /** Runs each of the statements that a query gives. */
  readonly each: (text: TemplateStringsArray, ...values: (string | string[])[]) => Promise<void>
}

const openOnce = (url: string): Statements => {
  const run = postgres(url, { max: 1, onnotice: () => undefined })
  return {
    run,
    each: async (text, ...values) => {
      for (const row of await run(text, ...values).values()) await run.unsafe(String(row[0]))
    },
    [Symbol.asyncDispose]: () => run.end(),
  }
}

const nameOf = (url: string): string => new URL(url).pathname.slice(1)
