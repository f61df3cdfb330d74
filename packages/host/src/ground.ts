import type { Pool, Replica } from '@plinth/postgres'
import type { Logger, MetricsRegistry, Spans } from '@plinth/telemetry'
import type { AccessChange } from '@plinth/users-contract'
import { type AccessStanding, createAccessStanding } from './access-standing.ts'
import { hostInUrl } from './address.ts'
import type { Config } from './config.ts'
import type { Connections } from './connections.ts'
import { permissions } from './contracts.ts'
import { openPools, type Pools } from './own-role.ts'
import { everywhere, type Place } from './place.ts'
import type { Foundations } from './substitutes.ts'
import { type Neighbours, openNeighbours } from './wire/neighbours.ts'

/** What domains are composed on. */
export interface Ground {
  readonly config: Config
  readonly foundations: Foundations
  readonly connections: Connections
  /** For the domains: where one lives by itself, as its own role. */
  readonly pool: Pool
  /** A copy of the database for what may be some moments old, where one is configured. */
  readonly replica: Replica | undefined
  readonly standing: AccessStanding
  /** The domains that are elsewhere. */
  readonly neighbours: Neighbours
  readonly logger: Logger
  readonly metrics: MetricsRegistry
  /** Where clients reach the shop, and mails lead. */
  readonly publicUrl: string
}

/** Ground, and how it is given up again. */
export interface LaidGround extends Ground, AsyncDisposable {
  readonly pools: Pools
}

/** Lays the ground for domains on foundations and connections that somebody else opened. Nothing is asked of anybody yet. */
export const layGround = (
  config: Config,
  {
    foundations,
    connections,
    logger,
    metrics,
    spans,
    place = everywhere,
    listChanges,
  }: Pick<Ground, 'foundations' | 'connections' | 'logger' | 'metrics'> & {
    readonly place?: Place
    readonly spans?: Spans | undefined
    /** Asked of users, who may be composed on this ground. */
    readonly listChanges: () => Promise<readonly AccessChange[]>
  },
): LaidGround => {
  const { databaseUrl } = foundations
  const pools = openPools(config, connections, { databaseUrl, place, logger, metrics, spans })
  const neighbours = openNeighbours(config, { foundations, connections, logger, metrics }, place)
  return {
    ...{ config, foundations, connections, pools, neighbours, logger, metrics },
    pool: pools.domain,
    replica: pools.replica,
    standing: createAccessStanding({ bus: connections.bus, permissions, listChanges }),
    publicUrl: config.PUBLIC_URL ?? `http://${hostInUrl(config.HOST)}:${config.PORT}`,
    async [Symbol.asyncDispose]() {
      await Promise.all([neighbours[Symbol.asyncDispose](), pools[Symbol.asyncDispose]()])
    },
  }
}
