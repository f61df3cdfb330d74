import { contextOf, service } from '@plinth/kernel'
import { connectPostgres, createDatabase, type Pool } from '@plinth/postgres'
import type { Logger, Metrics, Spans } from '@plinth/telemetry'
import { sql } from 'drizzle-orm'
import { type Config, ConfigError } from './config.ts'
import type { Place } from './place.ts'

/** The role of a schema: reads and writes its rows, and nothing else. */
const roleOf = (schema: string): string => `plinth_${schema}`

/** Throws a {@link ConfigError} unless whoever connects may act as each of these roles. */
export const assertRoles = async (pool: Pool, roles: readonly string[]): Promise<void> => {
  const rows = await createDatabase({ pool, schema: 'plinth' })
    .on(contextOf(service('host')))
    .execute<{ role: string; user: string; known: boolean; member: boolean }>(sql`
      select wanted.role, current_user::text as user, r.oid is not null as known,
             coalesce(pg_has_role(current_user, r.oid, 'member'), false) as member
        from unnest(${sql.param(roles)}::text[]) as wanted (role) left join pg_roles r on r.rolname = wanted.role`)
  const problems = rows
    .filter(({ member }) => !member)
    .map(({ role, user, known }) =>
      known
        ? `DATABASE_URL: ${user} may not act as ${role}: grant ${role} to ${user}`
        : `DATABASE_URL: there is no role ${role}, and ${user} may not make it: have sql/install.sql run by somebody who may`,
    )
  if (problems.length > 0) throw new ConfigError(problems)
}

/** The pools of a host, and the roles that they act as. */
export interface Pools extends AsyncDisposable {
  readonly domain: Pool
  /** For idempotency keys. */
  readonly gateway: Pool
  readonly roles: readonly string[]
}

/** Where one domain lives by itself, it acts as its own role, and so do its idempotency keys; else all share a pool. */
export const openPools = (
  config: Pick<Config, 'DATABASE_POOL_SIZE'>,
  { pool }: { readonly pool: Pool },
  {
    databaseUrl: url,
    place: { only },
    logger,
    metrics,
    spans,
  }: {
    readonly databaseUrl: string
    readonly place: Place
    readonly logger: Logger
    readonly metrics: Metrics
    readonly spans?: Spans | undefined
  },
): Pools => {
  if (only === undefined)
    return { domain: pool, gateway: pool, roles: [], [Symbol.asyncDispose]: async () => undefined }
  const open = (role: string, max: number) =>
    connectPostgres({ url, role, max, applicationName: role, logger, metrics, spans })
  const [own, keys] = [roleOf(only), roleOf('gateway')]
  const domain = open(own, config.DATABASE_POOL_SIZE)
  // A key is held for two short statements, what it stands for for several.
  const gateway = open(keys, Math.max(2, Math.ceil(config.DATABASE_POOL_SIZE / 4)))
  return {
    domain,
    gateway,
    roles: [own, keys],
    async [Symbol.asyncDispose]() {
      await Promise.all([domain[Symbol.asyncDispose](), gateway[Symbol.asyncDispose]()])
    },
  }
}

/** What names a database: the same for all who share it. */
export const identityOf = async (pool: Pool): Promise<string> => {
  const [row] = await createDatabase({ pool, schema: 'plinth' })
    .on(contextOf(service('host')))
    .execute<{ server: string; database: string }>(sql`
      select (select system_identifier::text from pg_control_system()) as server, current_database()::text as database`)
  if (row === undefined) throw new Error('a select returned no row')
  return `${row.database} at ${row.server}`
}
