import type { Logger, Metrics, Spans } from '@plinth/telemetry'
import { directly, type SessionSettings } from './connection.ts'
import { type Connections, createConnections } from './connections.ts'
import { createListener, type Subscription } from './listen.ts'
import { createProbe, type PoolStatus } from './probe.ts'

/** How to connect. Times are milliseconds. */
export interface PoolOptions {
  /** `postgres://user:password@host:port/database?sslmode=...`; what it leaves out comes from the `PG*` variables. */
  readonly url: string
  /**
   * `transaction` where the URL leads to a pooler that gives a session of the server to each transaction, such as
   * PgBouncer: nothing is kept in a session then, so no statement stays prepared; `session`.
   */
  readonly pooling?: 'session' | 'transaction'
  /** Where the server itself is, for LISTEN and for migrations; `url` unless given. */
  readonly directUrl?: string | undefined
  /** Connections at most, besides one for the readiness probe and one for LISTEN; 10. */
  readonly max?: number
  /** Shows in `pg_stat_activity` and as the metrics' label; `plinth`. */
  readonly applicationName?: string
  /** The role that every connection takes on, such as `plinth_orders`; the user's own unless given. */
  readonly role?: string | undefined
  /** How long a call waits for a free connection before it is refused as `Unavailable`; 2,000. */
  readonly acquireTimeoutMs?: number
  /** How long a statement may take, and twice that an idle transaction; 4,000, 0 for no limit. */
  readonly statementTimeoutMs?: number
  /** For whoever wants all there is: statements may read whole tables where there is an index, too. */
  readonly readsWholeTables?: boolean
  readonly logger: Logger
  readonly metrics?: Metrics
  /** Where statements and transactions are recorded, if anywhere. */
  readonly spans?: Spans | undefined
}

/** Connections to one database. */
export interface Pool extends AsyncDisposable {
  /** What this package's own parts borrow from; everybody else goes through `createDatabase`. */
  readonly connections: Connections
  readonly spans: Spans | undefined
  /** One round trip on the probe's connection; rejects with `Unavailable` when there is no answer. */
  ping(): Promise<void>
  /**
   * Whether the database answers, for readiness. The first call waits for an answer; later ones report what a probe
   * on a connection of its own saw last: some 200 ms ago, 1.2 s where the server hangs. The probe rests when nobody
   * asks.
   */
  status(): Promise<PoolStatus>
  /**
   * Calls the handler for each NOTIFY on the channel, on one connection shared by all channels and reopened when it
   * is lost. What was sent meanwhile is missed, so `onListening` is called whenever it listens (again).
   */
  listen(channel: string, handler: (payload: string) => void, onListening?: () => void): Subscription
  /** Refuses new work, waits for what is under way (five seconds at most), closes all connections. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Connects to a database. Lazy: a connection is opened when it is needed. */
export const connectPostgres = (options: PoolOptions): Pool => {
  const { url, logger, acquireTimeoutMs = 2_000, statementTimeoutMs = 4_000 } = options
  const session: SessionSettings = {
    url,
    applicationName: options.applicationName ?? 'plinth',
    role: options.role,
    statementTimeoutMs,
    connectTimeoutMs: Math.max(acquireTimeoutMs, 1_000),
    readsWholeTables: options.readsWholeTables,
    pooling: options.pooling,
    directUrl: options.directUrl,
    logger,
  }
  const connections = createConnections({
    session,
    max: options.max ?? 10,
    acquireTimeoutMs,
    metrics: options.metrics,
  })
  const probe = createProbe(session)
  const listener = createListener(directly(session))
  return {
    connections,
    spans: options.spans,
    ping: () => probe.ask(),
    status: () => probe.status(),
    listen: (channel, handler, onListening) => listener.listen(channel, handler, onListening),
    async [Symbol.asyncDispose]() {
      listener.end()
      await connections.close()
      probe.end()
    },
  }
}
