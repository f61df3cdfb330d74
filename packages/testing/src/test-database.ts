import { createHash, randomBytes } from 'node:crypto'
import postgres from 'postgres'
import { currentRun, serviceUrl } from './run.ts'

/** A database of a test's own. Disposing drops it, whoever is still connected. */
export type TestDatabase = AsyncDisposable & {
  /** Its URL, with the rights of the server's superuser. */
  readonly url: string
  readonly name: string
}

/** How to make a test database. */
export type TestDatabaseOptions = {
  /** A word in its name, for those who look at the server. */
  name?: string
  /**
   * Brings a database to the state each clone starts from. Applied once per run and package for a `key`, to a
   * template; `apply` gets the template's URL and must close what it opens.
   */
  migrate?: { key: string; apply: (url: string) => Promise<void> }
  /** Clones this database instead, which nobody may be connected to. */
  copyOf?: Pick<TestDatabase, 'name'>
}

const PREFIX = 'plinth_test_'
/** One number for all who build templates on a server: migrations may touch what a server has but once, such as roles. */
const TEMPLATE_LOCK = 7_462_021

/** Creates an empty database, or a clone of a migrated one, on the run's PostgreSQL. */
export async function createTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const url = serviceUrl('postgres')
  if (url === undefined) throw new Error('No PostgreSQL here')
  const server = connect(url)
  try {
    const label = (options.name ?? 'db').replace(/\W/g, '').toLowerCase().slice(0, 20)
    const name = `${PREFIX}${currentRun().id}_${label}_${randomBytes(4).toString('hex')}`
    const migrated = options.migrate && (await ensureTemplate(server, url, options.migrate))
    const template = options.copyOf?.name ?? migrated
    await createDatabase(server, name, template)
    return { url: at(url, name), name, [Symbol.asyncDispose]: () => dropDatabase(url, name) }
  } finally {
    await server.end({ timeout: 5 })
  }
}

/** Creates an empty database of that name on a server, for those who test outside of vitest. */
export async function createDatabaseOn(url: string, name: string): Promise<TestDatabase> {
  const server = connect(url)
  try {
    await createDatabase(server, name, undefined)
    return { url: at(url, name), name, [Symbol.asyncDispose]: () => dropDatabase(url, name) }
  } finally {
    await server.end({ timeout: 5 })
  }
}

/** Drops every database of a run: templates, and what tests that were cut off left. */
export async function dropLeftovers(url: string, runId: string): Promise<void> {
  const server = connect(url)
  try {
    const names = await server<{ datname: string }[]>`
      SELECT datname FROM pg_database WHERE starts_with(datname, ${`${PREFIX}${runId}_`})`
    for (const { datname } of names) await server`DROP DATABASE IF EXISTS ${server(datname)} WITH (FORCE)`
  } finally {
    await server.end({ timeout: 5 })
  }
}

async function ensureTemplate(
  server: postgres.Sql,
  url: string,
  migrate: { key: string; apply: (url: string) => Promise<void> },
): Promise<string> {
  const hash = createHash('sha256').update(migrate.key).digest('hex').slice(0, 12)
  const name = `${PREFIX}${currentRun().id}_tpl_${hash}`
  if (await isFinished(server, name)) return name
  await server`SELECT pg_advisory_lock(${TEMPLATE_LOCK})`
  try {
    if (await isFinished(server, name)) return name
    await server`DROP DATABASE IF EXISTS ${server(name)} WITH (FORCE)`
    await createDatabase(server, name, undefined)
    await migrate.apply(at(url, name))
    // No connection may stay: a template that somebody uses cannot be cloned.
    await server`ALTER DATABASE ${server(name)} WITH ALLOW_CONNECTIONS false`
    await server`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = ${name}`
    return name
  } finally {
    await server`SELECT pg_advisory_unlock(${TEMPLATE_LOCK})`
  }
}

/** A template takes no connections once it is whole; one that a failed `apply` left half-made still does. */
async function isFinished(server: postgres.Sql, name: string): Promise<boolean> {
  const rows = await server`SELECT 1 FROM pg_database WHERE datname = ${name} AND NOT datallowconn`
  return rows.length > 0
}

/** Copying files is ten times faster where the server need not sync them, and slower where it must. */
async function createDatabase(
  server: postgres.Sql,
  name: string,
  template: string | undefined,
): Promise<void> {
  const [row] = await server<{ copy: boolean }[]>`
    SELECT current_setting('fsync') = 'off' AND current_setting('server_version_num')::int >= 150000 AS copy`
  const strategy = row?.copy ? server` STRATEGY FILE_COPY` : server``
  await server`CREATE DATABASE ${server(name)} TEMPLATE ${server(template ?? 'template1')}${strategy}`
}

async function dropDatabase(url: string, name: string): Promise<void> {
  const server = connect(url)
  try {
    await server`DROP DATABASE IF EXISTS ${server(name)} WITH (FORCE)`
  } finally {
    await server.end({ timeout: 5 })
  }
}

/** One connection: an advisory lock belongs to it. */
function connect(url: string): postgres.Sql {
  return postgres(url, { max: 1, onnotice: () => {}, connect_timeout: 10 })
}

function at(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}
