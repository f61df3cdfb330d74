import { type Config, layFoundations, layGround, migrationsFor, openConnections } from '@plinth/host'
import { migrate, sqlStateOf } from '@plinth/postgres'
import { createLogger, createMetrics } from '@plinth/telemetry'
import { compose, type Shop } from '../compose.ts'
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
  const metrics = createMetrics()
  await using foundations = await layFoundations(config, tell)
  const { databaseUrl } = foundations
  await using connections = openConnections(config, { databaseUrl, logger, metrics })
  await connections.pool.ping().catch(() => {
    throw new UsageError('the database does not answer; is DATABASE_URL right?')
  })
  // Nobody comes in here, so nobody's standing is asked for; but it is told of what changes it.
  const listChanges = async () => []
  await using ground = layGround(config, { foundations, connections, logger, metrics, listChanges })
  const shop = compose(ground)
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
