import { DeadlineExceeded, remaining, type TxContext, Unavailable } from '@plinth/kernel'
import { type Metrics, silentMetrics } from '@plinth/telemetry'
import { type Connection, openConnection, type SessionSettings } from './connection.ts'
import { isLasting } from './failure.ts'
import { poolMetrics } from './metrics.ts'
import { refuseLate } from './patience.ts'
import { createWaitingLine } from './waiting-line.ts'

/** How many connections there are, and how long one may be waited for. */
export interface ConnectionsOptions {
  readonly session: SessionSettings
  readonly max: number
  readonly acquireTimeoutMs: number
  readonly metrics?: Metrics | undefined
}

/**
 * `whole` is for a transaction. `shared` is for one statement by itself: when all connections are busy, several
 * that wait are sent down the next free one together, which saves each of them a round trip.
 */
export type Use = 'whole' | 'shared'

/** Connections to lend. Every one that was acquired is released, dead or alive. */
export interface Connections {
  readonly session: SessionSettings
  /**
   * Whoever has to be done first comes first, so that work which has begun is brought to its end before more is
   * begun. Rejects with `Unavailable` when none is free in time, `DeadlineExceeded` when the caller's deadline is first.
   */
  acquire(context: TxContext, use: Use): Promise<Connection>
  release(connection: Connection): void
  /** Refuses new work, waits for what is under way (five seconds at most), ends all connections. */
  close(): Promise<void>
}

/** See {@link Connections}. Opens them when they are needed, and again when they were lost. */
export const createConnections = (options: ConnectionsOptions): Connections => {
  const { session, max, acquireTimeoutMs } = options
  const lent = new Map<Connection, { users: number; readonly retireAt: number }>()
  const idle: Connection[] = []
  const line = createWaitingLine<Connection>()
  let connecting = 0
  /** Why connecting failed last; undefined once it has worked again. */
  let failure: unknown
  let retry: NodeJS.Timeout | undefined
  let closed = false
  const metrics = poolMetrics(options.metrics ?? silentMetrics, session.applicationName, () => ({
    open: lent.size,
    idle: idle.length,
    waiting: line.size,
  }))

  const grow = () => {
    // While the server is away one attempt at a time is enough.
    const atOnce = failure === undefined ? max : 1
    while (!closed && retry === undefined && connecting < Math.min(line.size, max - lent.size, atOnce)) {
      connecting += 1
      void connect()
    }
  }

  const connect = async () => {
    try {
      const connection = await openConnection(session)
      failure = undefined
      lent.set(connection, { users: 1, retireAt: Date.now() + lifetimeMs * (0.8 + Math.random() * 0.4) })
      connection.onEnd(() => forget(connection))
      release(connection)
    } catch (error) {
      if (failure === undefined) session.logger.warn({ err: error }, 'PostgreSQL does not let us connect')
      failure = error
      if (isLasting(error)) line.rejectAll(Unavailable(undefined, { cause: error }))
      retry ??= setTimeout(() => {
        retry = undefined
        grow()
      }, retryMs)
      retry.unref()
    } finally {
      connecting -= 1
      grow()
    }
  }

  const forget = (connection: Connection) => {
    lent.delete(connection)
    const at = idle.indexOf(connection)
    if (at >= 0) idle.splice(at, 1)
    grow()
  }

  const release = (connection: Connection) => {
    const loan = lent.get(connection)
    if (loan === undefined) return
    loan.users -= 1
    if (loan.users > 0) return
    if (closed || Date.now() > loan.retireAt || connection.prepared > mostPrepared) return connection.end()
    loan.users = line.serve(connection)
    if (loan.users === 0) idle.push(connection)
  }

  const noneFree = () => new Error(`no connection was free for ${acquireTimeoutMs} ms`, { cause: failure })

  const acquire = async (context: TxContext, use: Use): Promise<Connection> => {
    if (closed) throw Unavailable('The database connections are closed.')
    const { signal } = context
    refuseLate(context)
    const left = remaining(context) ?? Number.POSITIVE_INFINITY
    const ready = idle.pop()
    const loan = ready && lent.get(ready)
    if (ready !== undefined && loan !== undefined) {
      loan.users = 1
      return ready
    }
    const waited = metrics.wait()
    const place = line.join({
      turn: context.deadline ?? Date.now() + usualPatienceMs,
      together: use === 'shared' ? sharers : 1,
      timeoutMs: Math.min(left, acquireTimeoutMs),
      signal,
      refusal: () =>
        left < acquireTimeoutMs ? DeadlineExceeded() : Unavailable(undefined, { cause: noneFree() }),
    })
    grow()
    return place.finally(waited)
  }

  return {
    session,
    acquire,
    release,
    async close() {
      closed = true
      clearTimeout(retry)
      line.rejectAll(Unavailable('The database connections are closed.'))
      for (const connection of [...idle]) connection.end()
      const ends = [...lent.keys()].map(connection => new Promise<void>(done => connection.onEnd(done)))
      await Promise.race([Promise.all(ends), farewell()])
      for (const connection of [...lent.keys()]) connection.end()
    },
  }
}

/** How long a caller without a deadline counts as having: as long as requests have. */
const usualPatienceMs = 4_500
/** Between attempts to reach a server that is away: short and fixed, so that its return is noticed at once. */
const retryMs = 200
/** After this, a fifth more or less, a connection is replaced: plans and memory of a session do not grow for ever. */
const lifetimeMs = 30 * 60_000
/**
 * So is one that has this many statements prepared. A list with all its filters takes PostgreSQL 130 KB for each way to
 * combine them, in every session, and there are some thousand ways.
 */
const mostPrepared = 500
/** Statements that share a connection: enough to save round trips, few enough not to wait long for each other. */
const sharers = 4

const farewell = () => new Promise<void>(resolve => setTimeout(resolve, 5_000).unref())
