import type { Forward } from '@plinth/http'
import { type Actor, createTurnstile, type Transport } from '@plinth/kernel'
import type { Pool } from 'undici'
import { CallerGone, createPolicy, tryMs } from './policy.ts'

/** The way to a neighbour over HTTP, for calls and for requests of clients. */
export interface Way extends AsyncDisposable {
  readonly transport: Transport
  /** The same with one try, whatever has happened before. */
  readonly directly: Transport
  readonly forward: Forward
  /** Whether it is left alone for a moment, since it failed so often. */
  readonly isResting: () => boolean
}

/** What a way needs. */
export interface WayOptions {
  /** `http://host:port`, and a path where there is one before all others. */
  readonly url: string
  /** Signs on whose behalf a request is passed on. */
  readonly signActor: (actor: Actor) => Promise<string>
}

/** How many requests may be under way to one neighbour; more wait for one to come back, which is no fault of its. */
const atOnce = 128
/** For what does not wait for them: whether it is there is asked at its busiest, too. */
const besides = 2

/**
 * Opens a way: connections that are kept, retries for what may be asked twice, a breaker. Nothing is sent before
 * something is asked.
 */
export const openWay = ({ url, signActor }: WayOptions): Way => {
  const { origin, pathname } = new URL(url)
  const before = pathname.replace(/\/+$/, '')
  const opening = openPool(origin)
  const policy = createPolicy()
  const enter = createTurnstile(atOnce)

  /** One try, which ends when nobody waits any more, or at `until`, epoch milliseconds. */
  const attempt = async <T>(
    { signal, until, deadline }: Patience,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const begun = performance.now()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), Math.max(0, until - Date.now()))
    try {
      return await work(signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]))
    } catch (cause) {
      // Whoever lost interest, or came with no time left, has not found out anything.
      const patient = performance.now() - begun >= fairMs && Date.now() >= deadline - 2
      throw signal?.aborted === true && !patient ? new CallerGone('nobody waits any more', { cause }) : cause
    } finally {
      clearTimeout(timer)
    }
  }

  const directly: Transport = ({ path, headers, body, signal, deadline = Number.POSITIVE_INFINITY }) =>
    attempt({ signal, deadline, until: Date.now() + tryMs }, async until => {
      const request = { method: 'POST', path: before + path, headers: headers(), body } as const
      const pool = await opening
      const reply = await pool.request({ ...request, signal: until })
      const text = await reply.body.text()
      const status = reply.statusCode
      // Of somebody between us and the neighbour, who has not reached it.
      if (status === 502 || status === 504) throw new Error(`${status}: ${text.slice(0, 200)}`)
      return { status, body: text }
    })
  const transport: Transport = call =>
    enter({ deadline: Date.now() + tryMs, ...call }, () => policy.ask(() => directly(call), call))

  const forward: Forward = async ({ method, path, headers, body, actor, signal, deadline }) => {
    const answer = await enter({ signal, deadline }, async () => {
      const authorization = `Bearer ${await signActor(actor)}`
      return policy.ask(
        () =>
          attempt({ signal, deadline, until: deadline }, async until => {
            const pool = await opening
            return pool.request({
              method,
              path: before + path,
              headers: { ...headers(), authorization },
              body: body ?? null,
              signal: until,
            })
          }),
        { idempotent: method === 'GET' || method === 'HEAD' },
      )
    })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body }
  }

  return {
    ...{ transport, directly, forward, isResting: policy.isResting },
    [Symbol.asyncDispose]: async () => (await opening).destroy(),
  }
}

/** Its library, of some hundred files, is loaded by whoever has a neighbour elsewhere. */
const openPool = async (origin: string): Promise<Pool> => {
  const { Pool } = await import('undici')
  return new Pool(origin, {
    connections: atOnce + besides,
    pipelining: 1,
    connect: { timeout: 1_000 },
    keepAliveTimeout: 30_000,
    // What a server says of how long it keeps a connection counts, up to a minute.
    keepAliveMaxTimeout: 60_000,
    // Each request has a limit of its own.
    headersTimeout: 0,
    bodyTimeout: 15_000,
  })
}

interface Patience {
  /** Fires when whoever asks gives up: at the deadline, or before. */
  readonly signal: AbortSignal | undefined
  readonly deadline: number
  readonly until: number
}
/** Milliseconds that somebody must have waited for their giving up to count against who kept them waiting. */
const fairMs = 1_000
