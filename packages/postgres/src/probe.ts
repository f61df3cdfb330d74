import { Unavailable } from '@plinth/kernel'
import { type Connection, openConnection, type SessionSettings } from './connection.ts'
import { failureOf } from './failure.ts'

/** Whether the database answers. */
export interface PoolStatus {
  readonly up: boolean
  /** When that became so. */
  readonly since: Date
}

/** Asks the database for a sign of life, on a connection of its own: a busy pool is not a dead database. */
export interface Probe {
  /** One round trip now, or the one that is under way; rejects with `Unavailable`. */
  ask(): Promise<void>
  status(): Promise<PoolStatus>
  end(): void
}

/** See {@link Probe}. */
export const createProbe = (pool: SessionSettings): Probe => {
  const settings: SessionSettings = {
    ...pool,
    applicationName: `${pool.applicationName} probe`,
    statementTimeoutMs: answerMs,
    connectTimeoutMs: connectMs,
  }
  let connection: Connection | undefined
  let underWay: Promise<void> | undefined
  let status: PoolStatus | undefined
  let timer: NodeJS.Timeout | undefined
  let askedAt = 0
  let ended = false

  const roundTrip = async () => {
    if (ended) throw Unavailable('The database connections are closed.')
    try {
      if (!connection?.alive) connection = await openConnection(settings)
      await connection.run('select 1', [], 'arrays')
      note(true)
    } catch (error) {
      connection?.end()
      note(false)
      throw failureOf(error)
    }
    if (ended) connection.end()
  }

  const note = (up: boolean) => {
    if (status?.up !== up) status = { up, since: new Date() }
  }

  const ask = () => {
    underWay ??= roundTrip().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  const watch = () => {
    if (timer !== undefined || ended) return
    timer = setTimeout(async () => {
      await ask().catch(() => undefined)
      timer = undefined
      if (Date.now() - askedAt < restMs) watch()
      else {
        status = undefined
        connection?.end()
      }
    }, everyMs)
    timer.unref()
  }

  return {
    ask,
    async status() {
      askedAt = Date.now()
      if (status === undefined) await ask().catch(() => undefined)
      watch()
      return status ?? { up: false, since: new Date() }
    },
    end() {
      ended = true
      clearTimeout(timer)
      connection?.end()
    },
  }
}

const everyMs = 200
/**
 * The server's own time for the round trip; its silence is given half a second more. With the interval a server
 * that hangs is found out after some 1.2 s: readiness has two.
 */
const answerMs = 500
const connectMs = 700
/** After this long without a question the probe rests. */
const restMs = 30_000
