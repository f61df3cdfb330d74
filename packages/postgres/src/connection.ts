import type { Logger } from '@plinth/telemetry'
import postgres from 'postgres'
import { ConnectionLost } from './failure.ts'
import { onlyOneSocket } from './socket.ts'
import { valueTypes } from './value-types.ts'

/** How to reach the server, and what every session starts with. */
export interface SessionSettings {
  /** `postgres://user:password@host:port/database?sslmode=...` */
  readonly url: string
  readonly applicationName: string
  /** Acts as this role: `set role`, before the first statement. */
  readonly role?: string | undefined
  /** Milliseconds a statement may take; 0 for no limit. */
  readonly statementTimeoutMs: number
  /** Milliseconds from the first packet to a session that is ready. */
  readonly connectTimeoutMs: number
  /** See `PoolOptions`. */
  readonly pooling?: 'session' | 'transaction' | undefined
  /** Where the server itself is, for what needs a session of its own; `url` unless given. */
  readonly directUrl?: string | undefined
  /** Whether statements may read a table from one end to the other where there is an index, too. */
  readonly readsWholeTables?: boolean | undefined
  readonly logger: Logger
}

/** What came back from one statement. */
export interface StatementResult {
  /** Objects by column name, or arrays in the order of the columns. */
  readonly rows: readonly unknown[]
  /** The command tag's first word: `SELECT`, `COMMIT`, `ROLLBACK`; empty for several statements. */
  readonly command: string
}

/** `script` is the simple protocol: several statements, no parameters. */
export type StatementForm = 'objects' | 'arrays' | 'script'

/**
 * Whether a statement stays prepared in its session, where PostgreSQL may settle on one plan for whatever values come, or
 * is planned for these values each time, at the price of a round trip more.
 */
export type Planning = 'kept' | 'anew'

/** One session with the server, from its opening to its end. It does not come back. */
export interface Connection {
  readonly alive: boolean
  /** Milliseconds since the epoch. */
  readonly openedAt: number
  /** How many different statements it was sent: either side keeps each of them prepared until the session ends. */
  readonly prepared: number
  /**
   * Sends a statement; several may be on their way at once and are executed in the order of the calls.
   * Rejects with the driver's own error, or {@link ConnectionLost}; it always settles.
   */
  run(
    text: string,
    params: readonly unknown[],
    form: StatementForm,
    planning?: Planning,
  ): Promise<StatementResult>
  /** Calls back once, when the session is over for whatever reason. */
  onEnd(listener: () => void): void
  /** Ends the session now; what is on its way is rejected. */
  end(): void
}

/** What a connection may be opened for besides statements. */
export interface SessionListeners {
  readonly onNotification?: (channel: string, payload: string) => void
}

/** Opens a session, or rejects with the driver's error. */
export const openConnection = async (
  settings: SessionSettings,
  { onNotification }: SessionListeners = {},
): Promise<Connection> => {
  const socket = onlyOneSocket()
  const listeners: (() => void)[] = []
  const pending = new Set<(error: Error) => void>()
  const prepared = new Set<string>()
  let lost: ConnectionLost | undefined
  let silence: NodeJS.Timeout | undefined

  const lose = (reason: string) => {
    if (lost !== undefined) return
    lost = new ConnectionLost(reason)
    clearTimeout(silence)
    socket.destroy()
    void sql.end({ timeout: 0 })
    for (const reject of pending) reject(lost)
    pending.clear()
    for (const listener of listeners) listener()
  }

  const sql = postgres(settings.url, {
    ...sessionOptions(settings),
    ...{ socket: socket.open, onnotify: onNotification },
    onclose: () => lose('the connection was closed'),
  })

  silence = setTimeout(
    () => lose('the server took too long to accept the connection'),
    settings.connectTimeoutMs,
  )
  const session = await reserved(sql).catch((error: unknown) => {
    lose('the connection was refused')
    throw error
  })
  clearTimeout(silence)

  // PostgreSQL keeps to its own timeout of a statement; a server or a network that hangs does not.
  const expectAnswer = () => {
    if (settings.statementTimeoutMs === 0 || pending.size > 0) return
    silence = setTimeout(() => lose('the server did not answer in time'), settings.statementTimeoutMs + grace)
  }
  const answered = (reject: (error: Error) => void) => {
    pending.delete(reject)
    if (pending.size === 0) clearTimeout(silence)
    else silence?.refresh()
  }

  const parameter = (value: unknown) => {
    if (value === undefined) throw new TypeError('a statement parameter is undefined; use null')
    if (typeof value === 'string' || typeof value === 'number' || value === null) return value
    if (typeof value === 'boolean' || value instanceof Date || value instanceof Uint8Array) return value
    // Oid 0: the server says which type it expects, and that decides between an array and JSON.
    return session.typed(value, 0)
  }

  return {
    get alive() {
      return lost === undefined
    },
    openedAt: Date.now(),
    get prepared() {
      return prepared.size
    },
    async run(text, params, form, planning = 'kept') {
      // The driver acts one microtask after it is asked. Asking from within a microtask leaves no room in between
      // for the event that tells of the connection's end.
      await null
      if (lost !== undefined) throw lost
      const simple = form === 'script'
      const prepare = !simple && planning === 'kept' && settings.pooling !== 'transaction'
      const query = session.unsafe(text, params.map(parameter), { ...{ simple }, prepare })
      const answer = form === 'arrays' ? query.values() : query
      return new Promise<StatementResult>((resolve, reject) => {
        expectAnswer()
        pending.add(reject)
        answer.then(
          result => {
            answered(reject)
            // Its name instead of its text, which would have to be hashed each time.
            if (prepare) prepared.add(result.statement.name)
            resolve({ rows: [...result], command: result.command ?? '' })
          },
          (error: unknown) => {
            answered(reject)
            reject(error)
          },
        )
      })
    },
    onEnd(listener) {
      if (lost === undefined) listeners.push(listener)
      else listener()
    },
    end: () => lose('the connection was ended'),
  }
}

/** `reserve` waits for ever on a driver that is not connected yet and does not fetch types (postgres 3.4.9). */
const reserved = async (sql: postgres.Sql) => {
  await sql.unsafe('select 1')
  return sql.reserve()
}

/** The same, with the server itself: a session that stays one, behind a pooler too. */
export const directly = (settings: SessionSettings): SessionSettings => ({
  ...settings,
  url: settings.directUrl ?? settings.url,
  pooling: 'session',
})

/** What the shop's statements want of a session besides their time: the same as `options` of a connection, or `set local`. */
export const plannerSettings = ({ readsWholeTables = false }: SessionSettings) => ({
  // What a statement is compiled for takes seconds, and those of a shop take milliseconds.
  jit: 'off',
  // Nor do they want a whole table, whatever the planner thinks of its size before it has counted, or of values that
  // it does not know yet: a plan that was made for an empty table is kept while the table grows. So each row is found by
  // its key, for a list of keys too; a hash or a merge would begin with a whole index.
  ...(!readsWholeTables && { enable_seqscan: 'off', enable_hashjoin: 'off', enable_mergejoin: 'off' }),
})

const sessionOptions = (settings: SessionSettings) => ({
  max: 1,
  fetch_types: false,
  max_lifetime: null,
  connect_timeout: 0,
  // The driver must not hold statements back: what it holds back outlives the connection.
  max_pipeline: Number.MAX_SAFE_INTEGER,
  types: valueTypes,
  onnotice: ({ severity, code, message }: postgres.Notice) =>
    settings.logger[severity === 'WARNING' ? 'warn' : 'debug'](
      { severity, code },
      `PostgreSQL says: ${message}`,
    ),
  connection: {
    application_name: settings.applicationName,
    TimeZone: 'UTC',
    // A pooler passes on no more than that, since its sessions with the server belong to nobody.
    ...(settings.pooling !== 'transaction' && ownSession(settings)),
  },
})

const ownSession = (settings: SessionSettings) => {
  const { role, statementTimeoutMs } = settings
  return {
    client_min_messages: 'warning',
    // Not as a parameter of its own: the driver leaves out what is 0.
    options: Object.entries({ statement_timeout: statementTimeoutMs, ...plannerSettings(settings) })
      .map(([name, value]) => `-c ${name}=${value}`)
      .join(' '),
    ...(statementTimeoutMs > 0 && { idle_in_transaction_session_timeout: statementTimeoutMs * 2 }),
    ...(role !== undefined && { role }),
  }
}

/** Milliseconds that an answer may be late after the server's own timeout. */
const grace = 500
