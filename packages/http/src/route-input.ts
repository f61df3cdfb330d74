import { freeze, NotFound, parseInput, ValidationFailed, violationsOf } from '@plinth/kernel'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { isFit } from './json-body.ts'
import { GatewayError } from './problem.ts'
import { readQuery } from './query.ts'
import type { RouteDeclaration } from './route-spec.ts'

/** What a request asks, once all of it is well-formed. */
export interface RouteInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  /** Lower-case names, each once. */
  readonly headers: Readonly<Record<string, string>>
  readonly idempotencyKey: string | undefined
}

/** Reads a request as its route declares it. All that is malformed is told before what is not there. */
export const readInput = (
  spec: RouteDeclaration,
  request: Pick<FastifyRequest, 'params' | 'body' | 'headers'> & {
    readonly raw: { readonly url?: string | undefined }
  },
): RouteInput => {
  refuseUnfit(request.params)
  const query = parseQuery(spec.query ?? nothing, request.raw.url ?? '')
  const body = parseBody(spec.body, request.body)
  const headers = singleHeaders(request)
  const idempotencyKey = keyIn(headers, spec.idempotency)
  const params =
    spec.params === undefined ? { success: true, data: {} } : spec.params.safeParse(request.params)
  if (!params.success) throw NotFound()
  return { params: params.data, query, body, headers, idempotencyKey }
}

const nothing = z.strictObject({})

const refuseUnfit = (params: unknown): void => {
  if (typeof params !== 'object' || params === null) return
  for (const [parameter, value] of Object.entries(params)) {
    if (typeof value === 'string' && !isFit(value))
      throw ValidationFailed({ errors: [{ parameter, detail: 'This is not well-formed text.' }] })
  }
}

const parseBody = (schema: z.ZodType | undefined, given: unknown): unknown => {
  if (schema !== undefined) return parseInput(schema, given)
  if (given !== undefined) parseInput(nothing, given)
  return undefined
}

const parseQuery = (schema: z.ZodType, url: string): unknown => {
  if (url.includes('?')) return parseQueryString(schema, url)
  const known = withoutQuery.get(schema)
  if (known !== undefined) return known.data
  const data = freeze(parseQueryString(schema, url))
  withoutQuery.set(schema, { data })
  return data
}

/** What a request without a query asks for is always the same. */
const withoutQuery = new WeakMap<z.ZodType, { readonly data: unknown }>()

const parseQueryString = (schema: z.ZodType, url: string): unknown => {
  const parsed = schema.safeParse({ ...readQuery(url) })
  if (parsed.success) return parsed.data
  const errors = parsed.error.issues.flatMap(issue =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map(parameter => ({ parameter, detail: 'There is no such parameter.' }))
      : violationsOf(issue).map(({ detail }) => ({ parameter: String(issue.path[0] ?? 'query'), detail })),
  )
  throw ValidationFailed({ errors: errors.slice(0, 100) })
}

const singleHeaders = ({ headers }: Pick<FastifyRequest, 'headers'>): Record<string, string> => {
  const single: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (typeof value === 'string') single[name] = value
  }
  return single
}

const keyIn = (
  headers: Readonly<Record<string, string>>,
  wanted: RouteDeclaration['idempotency'],
): string | undefined => {
  if (wanted === undefined) return undefined
  const key = headers['idempotency-key']
  if (key === undefined) {
    if (wanted !== 'required') return undefined
    throw new GatewayError(400, 'idempotency_key_required', 'This request needs an Idempotency-Key header.')
  }
  if (/^[\x21-\x7e]{1,255}$/.test(key)) return key
  throw ValidationFailed({
    errors: [{ parameter: 'Idempotency-Key', detail: 'It must be 1 to 255 visible ASCII characters.' }],
  })
}
