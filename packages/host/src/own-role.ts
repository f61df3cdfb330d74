import { contextOf, service } from '@plinth/kernel'
import { connectPostgres, createDatabase, followReplica, type Pool, type Replica } from '@plinth/postgres'
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
  /** What the domains may read from that is not to be of this moment, where one is configured. */
  readonly replica: Replica | undefined
  readonly roles: readonly string[]
}

/** Where one domain lives by itself, it acts as its own role, and so do its idempotency keys; else all share a pool. */
export const openPools = (
  config: Pick<Config, 'DATABASE_POOL_SIZE' | 'DATABASE_POOL_MODE' | 'DATABASE_READ_URL'>,
  { pool }: { readonly pool: Pool },
  {
    databaseUrl,
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
  const { DATABASE_POOL_SIZE: max, DATABASE_POOL_MODE: pooling, DATABASE_READ_URL: readUrl } = config
  const copyOf = (primary: Pool, role?: string): Replica | undefined => {
    if (readUrl === undefined) return undefined
    const applicationName = `${role ?? 'plinth'} reads`
    const copy = connectPostgres({
      ...{ url: readUrl, max, applicationName, role, pooling, logger, metrics, spans },
    })
    return followReplica({ primary, pool: copy, logger })
  }
  if (only === undefined) {
    const replica = copyOf(pool)
    const close = async () => replica?.[Symbol.asyncDispose]()
    return { domain: pool, gateway: pool, replica, roles: [], [Symbol.asyncDispose]: close }
  }
  const open = (role: string, most: number) =>
    connectPostgres({ url: databaseUrl, role, max: most, applicationName: role, logger, metrics, spans })
  const [own, keys] = [roleOf(only), roleOf('gateway')]
  const domain = open(own, max)
  // A key is held for two short statements, what it stands for for several.
  const gateway = open(keys, Math.max(2, Math.ceil(max / 4)))
  const replica = copyOf(domain, own)
  return {
    ...{ domain, gateway, replica },
    roles: [own, keys],
    async [Symbol.asyncDispose]() {
      await Promise.all([domain, gateway, replica].map(each => each?.[Symbol.asyncDispose]()))
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
