import { setTimeout as sleep } from 'node:timers/promises'
import type { z } from 'zod'
import { type Answer, type Entry, type History, type Intent, isFinal } from './history.ts'

/** A request, and what it is meant to do. */
export interface Request {
  readonly intent?: Intent
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: unknown
  /** The Idempotency-Key. */
  readonly key?: string
}

/** Somebody who talks to a shop whose hosts may be dead, and remembers what was said. */
export interface Client {
  readonly who: string
  /** Sends it once. `unknown` when no answer came within ten seconds. */
  readonly once: (request: Request) => Promise<Answer | 'unknown'>
  /**
   * Sends it again, under the same key, until an answer says what became of it, for `within` milliseconds
   * (60,000) at most.
   */
  readonly insist: (request: Request, within?: number) => Promise<Answer | 'unknown'>
  /** Insists, and gives the body, which must fit; rejects when it or the status is another, and says what came. */
  readonly get: <Schema extends z.ZodType>(
    request: Request,
    status: number,
    schema: Schema,
  ) => Promise<z.output<Schema>>
}

/** Whom a client talks to, and as whom. */
export interface ClientOptions {
  /** Asked before each try: a shop of several replicas gives one or the other. */
  readonly url: () => string
  readonly history: History
  readonly who?: string
  readonly accessToken?: string
}

/** See {@link Client}. */
export const createClient = ({ url, history, who = '', accessToken }: ClientOptions): Client => {
  const begin = ({ intent = 'other', method = 'GET', path, body, key }: Request) =>
    history.begin({ intent, who, method, path, key, body })

  const send = async (entry: Entry): Promise<Answer | 'unknown'> => {
    const at = new Date()
    const begun = performance.now()
    const answer = await ask(`${url()}${entry.path}`, entry, accessToken).catch(() => 'unknown' as const)
    entry.attempts.push({ at, ms: performance.now() - begun, answer })
    return answer
  }

  const insist = async (request: Request, within = 60_000) => {
    const giveUp = performance.now() + within
    const entry = begin(request)
    for (;;) {
      const answer = await send(entry)
      if (answer !== 'unknown' && isFinal(answer)) return answer
      if (performance.now() > giveUp) return answer
      await sleep(pauseAfter(answer))
    }
  }
  return {
    who,
    once: request => send(begin(request)),
    insist,
    async get(request, status, schema) {
      const answer = await insist(request)
      if (answer === 'unknown' || answer.status !== status)
        throw new Error(`${request.method ?? 'GET'} ${request.path}: ${status} wanted, ${said(answer)} came`)
      return schema.parse(answer.json)
    },
  }
}

const answerMs = 10_000

const ask = async (
  url: string,
  { method, body, key }: Entry,
  accessToken: string | undefined,
): Promise<Answer> => {
  const response = await fetch(url, {
    method,
    headers: {
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      ...(key !== undefined && { 'idempotency-key': key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(answerMs),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, json: jsonOf(text) }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** As the shop asks for, else shortly: a host that was killed is back in a second or so. */
const pauseAfter = (answer: Answer | 'unknown'): number => {
  const seconds = answer === 'unknown' ? Number.NaN : Number(answer.headers.get('retry-after') ?? Number.NaN)
  return Number.isFinite(seconds) ? Math.min(seconds * 1000, 2000) : 200
}

const said = (answer: Answer | 'unknown') =>
  answer === 'unknown' ? 'nothing' : `${answer.status} ${JSON.stringify(answer.json)}`
