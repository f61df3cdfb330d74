import type { Redis } from 'ioredis'
import { closeClient, openClient, within } from './redis-client.ts'

/** Where Redis is, and how long it may take. */
export interface RedisSettings {
  /** `redis://` or `rediss://` (TLS), with user, password, host, port and database number as needed. */
  readonly url: string
  /** Begins every key and channel: what lets several shops, or tests, share one Redis. */
  readonly prefix?: string
  /** Milliseconds that one use may wait for Redis before it goes on without. */
  readonly commandTimeoutMs?: number
  /** Hears of failures, the same one every 10 s at most. They never reach the callers. */
  readonly onError?: (error: Error) => void
}

/** `unavailable` while it is away, slow or loading: uses then go on without it, at once. */
export type RedisStatus = 'ready' | 'unavailable' | 'closed'

/** What came of a use of Redis: its value, or nothing because Redis was not reached in time. */
export type Attempt<T> = { readonly reached: true; readonly value: T } | { readonly reached: false }

/** A connection to a Redis that may vanish at any moment. */
export interface RedisConnection extends AsyncDisposable {
  readonly prefix: string
  status(): RedisStatus
  /** Asks Redis itself; rejects where it does not answer in time, or lets nobody in. For boot and readiness checks. */
  ping(): Promise<void>
  /**
   * Uses Redis where it can be reached, all of `work` within the command timeout. It never rejects. The use
   * that finds Redis hanging waits for the timeout; those after it go on without Redis at once, until a new
   * connection stands. What timed out may still have happened.
   */
  attempt<T>(work: (client: Redis) => Promise<T>): Promise<Attempt<T>>
  /** Calls `listener` whenever Redis can be used again, and once when it can be first. */
  onReady(listener: () => void): () => void
  /** A client of its own to the same Redis, as subscribing needs; whoever asks for it closes it. */
  openClient(): { readonly client: Redis; close(): Promise<void> }
}

/** Connects in the background: it returns at once, also where Redis is away, and reconnects for ever. */
export const connectRedis = ({
  url,
  prefix = 'plinth:',
  commandTimeoutMs = 200,
  onError = () => undefined,
}: RedisSettings): RedisConnection => {
  const report = sparingly(onError)
  /** Why there is no connection: what is sent without one only says that there is none. */
  let absence: Error | undefined
  const client = openClient({
    url,
    commandTimeoutMs,
    onError: error => {
      absence = error
      report(error)
    },
  })
  const listeners = new Set<() => void>()
  let closed = false
  let suspended = false

  client.on('ready', () => {
    suspended = false
    absence = undefined
    for (const listener of listeners) listener()
  })
  const failed = (thrown: unknown): void => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown))
    report(error)
    // A refusal is an answer: Redis is there, and other commands may well succeed.
    if (error.name === 'ReplyError' || suspended || client.status !== 'ready') return
    // What did not answer in time may be dead, or answer the wrong question later: it is not used again, and
    // a new connection shows with its first exchange whether Redis is back.
    suspended = true
    client.disconnect(true)
  }

  const usable = () => !closed && !suspended && client.status === 'ready'
  return {
    prefix,
    status: () => (closed ? 'closed' : usable() ? 'ready' : 'unavailable'),
    async ping() {
      try {
        await within(commandTimeoutMs, client.ping())
      } catch (error) {
        if (!closed) failed(error)
        throw absence ?? error
      }
    },
    async attempt(work) {
      if (!usable()) return { reached: false }
      try {
        return { reached: true, value: await within(commandTimeoutMs, work(client)) }
      } catch (error) {
        if (!closed) failed(error)
        return { reached: false }
      }
    },
    onReady(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    openClient() {
      const own = openClient({ url, commandTimeoutMs, onError: report })
      return { client: own, close: () => closeClient(own, commandTimeoutMs) }
    },
    async [Symbol.asyncDispose]() {
      if (closed) return
      closed = true
      listeners.clear()
      await closeClient(client, commandTimeoutMs)
    },
  }
}

/** Passes an error on unless it is the one before again, less than 10 s later. */
const sparingly = (onError: (error: Error) => void): ((error: Error) => void) => {
  let last = { message: '', at: Number.NEGATIVE_INFINITY }
  return error => {
    const now = performance.now()
    if (error.message === last.message && now - last.at < 10_000) return
    last = { message: error.message, at: now }
    onError(error)
  }
}
