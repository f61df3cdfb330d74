import { Redis } from 'ioredis'

/** How a client of ours behaves, whatever it is used for. */
export interface ClientSettings {
  /** `redis://` or `rediss://`, with user, password, host, port and database number. */
  readonly url: string
  /** Milliseconds that a use may wait for Redis. */
  readonly commandTimeoutMs: number
  readonly onError: (error: Error) => void
}

/**
 * An ioredis client that fails soon, never sends a command twice, and reconnects for ever. Everything that
 * ioredis 6 would do otherwise is set here, in one place.
 */
export const openClient = ({ url, commandTimeoutMs, onError }: ClientSettings): Redis => {
  const client = new Redis(url, {
    // A command for a connection that is away fails at once instead of waiting for its return.
    enableOfflineQueue: false,
    // A lost reply does not say that nothing happened: what was in flight fails and is not sent again.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    // What is asked in one turn goes out in one write.
    enableAutoPipelining: true,
    // The last resort: a use is bounded by `commandTimeoutMs` already, this also covers the handshake.
    commandTimeout: commandTimeoutMs + 50,
    connectTimeout: 1_000,
    // A connection that takes commands and answers nothing is dead; only a new one can tell.
    socketTimeout: 1_000,
    disconnectTimeout: 100,
    retryStrategy: () => reconnectDelayMs,
    maxLoadingRetryTime: reconnectDelayMs,
    // After a failover the old primary refuses writes; only a new connection finds the new one.
    reconnectOnError: error => error.message.startsWith('READONLY'),
    // ioredis leaves the promise of its own resubscription unhandled, which ends the process when it fails.
    autoResubscribe: false,
    disableClientInfo: true,
  })
  client.on('error', onError)
  return client
}

/** Says goodbye where somebody listens, and lets go of the connection in any case. */
export const closeClient = async (client: Redis, commandTimeoutMs: number): Promise<void> => {
  await within(commandTimeoutMs, client.quit()).catch(() => undefined)
  if (client.status !== 'end') client.disconnect()
}

/**
 * The outcome of `work`, or a rejection once it has taken too long. A reply that has arrived while the event
 * loop was busy still counts: sockets are read once more before time is called.
 */
export const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => setImmediate(() => late.reject(new Error(`Redis did not answer within ${milliseconds} ms`))),
    milliseconds,
  )
  try {
    return await Promise.race([work, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const reconnectDelayMs = 250
