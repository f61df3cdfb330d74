import { type Config, layFoundations, openConnections } from '@plinth/host'
import { migrate, sqlStateOf } from '@plinth/postgres'
import { createLogger, silentMetrics } from '@plinth/telemetry'
import { compose, migrationsFor, type Shop } from '../compose.ts'
import { configuration } from './configuration.ts'
import { tell } from './tell.ts'
import { UsageError } from './usage-error.ts'

/** A shop that is composed and connected, but takes no requests and works off nothing. */
export interface ClosedShop {
  readonly config: Config
  readonly shop: Shop
  /** Brings its database up to date, and gives what was applied. */
  readonly migrate: () => ReturnType<typeof migrate>
}

/**
 * Works on a shop whose doors are closed: on the configured database, on the embedded one of a shop that is
 * open beside it, or on the embedded one, started for the purpose.
 */
export const withShop = async (work: (shop: ClosedShop) => Promise<void>): Promise<void> => {
  const config = await configuration()
  const logger = createLogger({
    level: 'error',
    service: 'plinth',
    pretty: true,
    destination: process.stderr,
  })
  await using foundations = await layFoundations(config, tell)
  await using connections = openConnections(config, {
    databaseUrl: foundations.databaseUrl,
    logger,
    metrics: silentMetrics,
  })
  await connections.pool.ping().catch(() => {
    throw new UsageError('the database does not answer; is DATABASE_URL right?')
  })
  const publicUrl = config.PUBLIC_URL ?? `http://${config.HOST}:${config.PORT}`
  const shop = compose({ config, foundations, connections, logger, metrics: silentMetrics, publicUrl })
  const bringUpToDate = () => migrate({ pool: connections.pool, migrations: migrationsFor(shop) })
  // An embedded database is nobody's but ours.
  if (config.DATABASE_URL === undefined) await bringUpToDate()
  try {
    await work({ config, shop, migrate: bringUpToDate })
  } catch (error) {
    if (sqlStateOf(error) !== undefinedTable) throw error
    throw new UsageError('the database is not up to date; run pnpm plinth migrate')
  }
}

const undefinedTable = '42P01'
