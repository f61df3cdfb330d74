import type { z } from 'zod'

/** What the shop answered. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  /** The body as it came. */
  readonly text: string
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown
  /** The body, which must fit; throws when it or the status is another, and says what came. */
  readonly expect: <Schema extends z.ZodType>(status: number, schema: Schema) => z.output<Schema>
}

/** What goes along with a request. */
export interface RequestParts {
  readonly body?: unknown
  /** The Idempotency-Key. */
  readonly key?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Somebody who talks to the shop over HTTP. */
export interface Client {
  readonly send: (method: string, path: string, parts?: RequestParts) => Promise<Answer>
  readonly get: (path: string, parts?: RequestParts) => Promise<Answer>
  readonly post: (path: string, body?: unknown, parts?: RequestParts) => Promise<Answer>
  readonly put: (path: string, body?: unknown, parts?: RequestParts) => Promise<Answer>
  readonly delete: (path: string, parts?: RequestParts) => Promise<Answer>
}

/** A client of the shop at `url`, with an access token or without. */
export const clientOf = (url: string, accessToken?: string): Client => {
  const call = async (
    method: string,
    path: string,
    { body, key, headers }: RequestParts,
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        ...(key !== undefined && { 'idempotency-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const { status } = response
    const json = jsonOf(text)
    return {
      status,
      headers: response.headers,
      text,
      json,
      expect: (expected, schema) => {
        if (status !== expected) throw new Error(`${method} ${path}: ${status}, not ${expected}: ${text}`)
        return schema.parse(json)
      },
    }
  }
  return {
    send: (method, path, parts = {}) => call(method, path, parts),
    get: (path, parts = {}) => call('GET', path, parts),
    post: (path, body, parts = {}) => call('POST', path, { body, ...parts }),
    put: (path, body, parts = {}) => call('PUT', path, { body, ...parts }),
    delete: (path, parts = {}) => call('DELETE', path, parts),
  }
}

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
