import { type Logger, silentLogger } from '@plinth/telemetry'
import postgres from 'postgres'
import { type Connection, directly, openConnection, type SessionSettings } from './connection.ts'
import { filesOf, type MigrationFile, type Migrations, setupText } from './migrations.ts'
import type { Pool } from './pool.ts'
import { statementsOf } from './statements.ts'

/** What {@link migrate} needs. */
export interface MigrateOptions {
  /** The database, as its pool knows it; a role of the pool's is left aside. */
  readonly pool: Pick<Pool, 'connections'> | { readonly url: string }
  readonly migrations: readonly Migrations[]
  readonly logger?: Logger
}

/** A migration that was applied just now. */
export interface AppliedMigration {
  readonly domain: string
  readonly name: string
}

/** A migration could not be applied, or is not the one that was. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed'
}

/**
 * Brings the schemas up to date: sets up those of the given domains and their roles, then applies every file that
 * `plinth.migration` does not name, each in a transaction of its own, in order. Replicas that start at once wait for each other. A database
 * that is up to date is only read. Recorded migrations that are not among the files (a newer release was here) are
 * warned of and left alone; an applied file that has changed since is a {@link MigrationFailed}.
 */
export const migrate = async ({
  pool,
  migrations,
  logger = silentLogger,
}: MigrateOptions): Promise<AppliedMigration[]> => {
  const files = migrations.flatMap(filesOf)
  const connection = await openConnection(sessionOf(pool, logger))
  try {
    if (missing(files, await recorded(connection), logger).length === 0) return []
    await connection.run('select pg_advisory_lock($1)', [lockKey], 'arrays')
    await script(connection, setupText('setup.sql'), 'setup.sql')
    const pending = missing(files, await recorded(connection), silentLogger)
    for (const domain of new Set(pending.map(file => file.domain))) await setUpSchema(connection, domain)
    const applied: AppliedMigration[] = []
    for (const file of pending) {
      await apply(connection, file)
      logger.info({ domain: file.domain, migration: file.name }, 'migrated')
      applied.push({ domain: file.domain, name: file.name })
    }
    return applied
  } finally {
    connection.end()
  }
}

/** `sql/install.sql` takes the same lock. */
const lockKey = 7_546_854_001

const sessionOf = (pool: MigrateOptions['pool'], logger: Logger): SessionSettings => ({
  connectTimeoutMs: 5_000,
  ...('url' in pool ? { url: pool.url } : directly(pool.connections.session)),
  applicationName: 'plinth migrate',
  role: undefined,
  statementTimeoutMs: 0,
  readsWholeTables: true,
  logger,
})

/** Checksums by `domain/name`; null for what psql has applied. */
const recorded = async (connection: Connection): Promise<Map<string, string | null>> => {
  const known = await connection.run(`select to_regclass('plinth.migration') is not null`, [], 'arrays')
  const [table] = known.rows
  if (!Array.isArray(table) || table[0] !== true) return new Map()
  const { rows } = await connection.run(
    `select domain || '/' || name, checksum from plinth.migration order by domain, name`,
    [],
    'arrays',
  )
  return new Map(rows.filter(isRecord))
}

const isRecord = (row: unknown): row is [string, string | null] => Array.isArray(row) && row.length === 2

const missing = (
  files: readonly MigrationFile[],
  known: ReadonlyMap<string, string | null>,
  logger: Logger,
) => {
  const ours = new Set(files.map(pathOf))
  const domains = new Set(files.map(file => file.domain))
  for (const path of known.keys()) {
    if (domains.has(path.slice(0, path.indexOf('/'))) && !ours.has(path))
      logger.warn({ migration: path }, 'the database has a migration that this release does not know')
  }
  return files.filter(file => {
    const checksum = known.get(pathOf(file))
    if (checksum !== undefined && checksum !== null && checksum !== file.checksum)
      throw new MigrationFailed(
        `${pathOf(file)} was changed after it had been applied; put changes into a new file`,
      )
    return checksum === undefined
  })
}

const pathOf = ({ domain, name }: MigrationFile) => `${domain}/${name}`

/** The schema and the role of a domain: its own, whatever else the shop has or will have. */
const setUpSchema = async (connection: Connection, domain: string) => {
  await connection.run(`select set_config('plinth.domain', $1, false)`, [domain], 'arrays')
  await script(connection, setupText('schema.sql'), 'schema.sql')
}

const apply = async (connection: Connection, file: MigrationFile) => {
  await connection.run('begin', [], 'script')
  await script(connection, file.text, pathOf(file))
  await connection.run(
    'insert into plinth.migration (domain, name, checksum) values ($1, $2, $3)',
    [file.domain, file.name, file.checksum],
    'arrays',
  )
  await connection.run('commit', [], 'script')
}

const script = async (connection: Connection, file: string, path: string) => {
  for (const { text, line } of statementsOf(file)) {
    try {
      await connection.run(text, [], 'script')
    } catch (error) {
      if (!(error instanceof postgres.PostgresError)) throw error
      const before = text.slice(0, Number(error.position ?? 1) - 1).split('\n').length - 1
      throw new MigrationFailed(`${path}:${line + before}: ${error.message}`, { cause: error })
    }
  }
}
