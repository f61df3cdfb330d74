import { DeadlineExceeded, remaining, type TxContext, Unavailable } from '@plinth/kernel'
import { type Logger, type Metrics, silentMetrics } from '@plinth/telemetry'
import { type Connection, openConnection, type SessionSettings } from './connection.ts'
import { isLasting } from './failure.ts'
import { createListener, type Subscription } from './listen.ts'
import { poolMetrics } from './metrics.ts'
import { createProbe, type PoolStatus } from './probe.ts'
import { createWaitingLine } from './waiting-line.ts'

/** How to connect. Times are milliseconds. */
export interface PoolOptions {
  /** `postgres://user:password@host:port/database?sslmode=...`; what it leaves out comes from the `PG*` variables. */
  readonly url: string
  /** Connections at most, besides one for the readiness probe and one for LISTEN; 10. */
  readonly max?: number
  /** Shows in `pg_stat_activity`; `plinth`. */
  readonly applicationName?: string
  /** The role that every connection takes on, such as `plinth_orders`; the user's own unless given. */
  readonly role?: string
  /** How long a call waits for a free connection before it is refused as `Unavailable`; 2,000. */
  readonly acquireTimeoutMs?: number
  /** How long a statement may take, and twice that an idle transaction; 4,000, 0 for no limit. */
  readonly statementTimeoutMs?: number
  readonly logger: Logger
  readonly metrics?: Metrics
}

/** Connections to one database. Opens them when they are needed; the constructor connects to nothing. */
export interface Pool extends AsyncDisposable {
  readonly settings: SessionSettings
  /** Lends a connection. `Unavailable` when none is free in time, `DeadlineExceeded` when the caller's deadline is first. */
  acquire(context: TxContext): Promise<Connection>
  /** Takes a connection back; a dead one is replaced when somebody needs it. */
  release(connection: Connection): void
  /** One round trip; rejects with `Unavailable` when there is no answer. */
  ping(): Promise<void>
  /**
   * Whether the database answers, for readiness. The first call waits for an answer; later ones report what a probe
   * on a connection of its own saw last, at most half a second ago. The probe rests when nobody asks.
   */
  status(): Promise<PoolStatus>
  /**
   * Calls the handler for each NOTIFY on the channel, on one connection shared by all channels and reopened when it
   * is lost. What was sent meanwhile is lost, so `onListening` is called whenever it listens (again).
   */
  listen(channel: string, handler: (payload: string) => void, onListening?: () => void): Subscription
  /** Refuses new work, waits for what is under way (five seconds at most), closes all connections. */
  [Symbol.asyncDispose](): Promise<void>
}

/** Connects to a database; see {@link PoolOptions}. */
export const connectPostgres = (options: PoolOptions): Pool => {
  const { url, max = 10, acquireTimeoutMs = 2_000, statementTimeoutMs = 4_000, logger } = options
  const settings: SessionSettings = {
    url,
    applicationName: options.applicationName ?? 'plinth',
    role: options.role,
    statementTimeoutMs,
    connectTimeoutMs: Math.max(acquireTimeoutMs, 1_000),
    logger,
  }
  const open = new Set<Connection>()
  const idle: Connection[] = []
  const line = createWaitingLine<Connection>()
  const probe = createProbe(settings)
  const listener = createListener(settings)
  let connecting = 0
  let failing = false
  let retry: NodeJS.Timeout | undefined
  let closed = false
  const metrics = poolMetrics(options.metrics ?? silentMetrics, settings.applicationName, () => ({
    open: open.size,
    idle: idle.length,
    waiting: line.size,
  }))

  const grow = () => {
    // While the server is away one attempt at a time is enough.
    const wanted = failing ? 1 : Math.min(line.size, max - open.size)
    while (
      !closed &&
      retry === undefined &&
      line.size > 0 &&
      connecting < wanted &&
      open.size + connecting < max
    ) {
      connecting += 1
      void connect()
    }
  }

  const connect = async () => {
    try {
      const connection = await openConnection(settings)
      connecting -= 1
      failing = false
      open.add(connection)
      connection.onEnd(() => {
        open.delete(connection)
        const at = idle.indexOf(connection)
        if (at >= 0) idle.splice(at, 1)
        grow()
      })
      release(connection)
    } catch (error) {
      connecting -= 1
      if (!failing) logger.warn({ err: error }, 'PostgreSQL does not let us connect')
      failing = true
      if (isLasting(error)) line.rejectAll(Unavailable(undefined, { cause: error }))
      retry ??= setTimeout(() => {
        retry = undefined
        grow()
      }, retryMs)
      retry.unref()
    }
    grow()
  }

  const release = (connection: Connection) => {
    if (!connection.alive) return
    if (closed || Date.now() - connection.openedAt > lifetimeMs) connection.end()
    else if (!line.serve(connection)) idle.push(connection)
  }

  const acquire = async (context: TxContext): Promise<Connection> => {
    if (closed) throw Unavailable('The database connections are closed.')
    context.signal?.throwIfAborted()
    const left = remaining(context) ?? Number.POSITIVE_INFINITY
    if (left === 0) throw DeadlineExceeded()
    const ready = idle.pop()
    if (ready !== undefined) return ready
    const waited = metrics.wait()
    const place = line.join({
      timeoutMs: Math.min(left, acquireTimeoutMs),
      signal: context.signal,
      refusal: () =>
        left < acquireTimeoutMs
          ? DeadlineExceeded()
          : Unavailable(undefined, { cause: new Error(`no connection was free for ${acquireTimeoutMs} ms`) }),
    })
    grow()
    return place.finally(waited)
  }

  return {
    settings,
    acquire,
    release,
    async ping() {
      await probe.ask()
    },
    status: () => probe.status(),
    listen: (channel, handler, onListening) => listener.listen(channel, handler, onListening),
    async [Symbol.asyncDispose]() {
      closed = true
      clearTimeout(retry)
      line.rejectAll(Unavailable('The database connections are closed.'))
      for (const connection of [...idle]) connection.end()
      await Promise.race([Promise.all([...open].map(ended)), after(farewellMs)])
      for (const connection of [...open]) connection.end()
      probe.end()
      listener.end()
    },
  }
}

/** Between attempts to reach a server that is away: short and fixed, so that its return is noticed at once. */
const retryMs = 200
/** After this a connection is replaced, so that what a session gathers (plans, memory) does not grow for ever. */
const lifetimeMs = 30 * 60_000
const farewellMs = 5_000

const ended = (connection: Connection) => new Promise<void>(resolve => connection.onEnd(resolve))

const after = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms).unref())
