import type { z } from 'zod'
import { problemOf } from './problem.ts'
import { type Refusal, refusalsOf } from './refusals.ts'
import type { RouteDeclaration } from './route-spec.ts'
import type { Components, Json } from './schema-components.ts'

/** The answers of a route by status, in health and otherwise, for the OpenAPI document. */
export const documentResponses = (route: RouteDeclaration, components: Components): Json => {
  const responses: Record<string, Json> = {}
  for (const [status, schema] of Object.entries(route.responses)) {
    responses[status] = successOf(route, status, schema, components)
  }
  if (route.etag === true && route.method === 'GET')
    responses[304] = { description: 'Still the same', headers: headerRefs('X-Request-Id', 'ETag') }
  for (const [status, refusals] of refusalsOf(route)) {
    responses[status] ??= problemResponse(route, status, refusals)
  }
  return responses
}

const successOf = (
  route: RouteDeclaration,
  status: string,
  schema: z.ZodType | null,
  { media }: Components,
): Json => ({
  description: meanings[status] ?? 'Done',
  headers: headerRefs(
    'X-Request-Id',
    ...(route.limit === 'none' ? [] : limitHeaders),
    ...(route.etag === true && schema !== null ? ['ETag'] : []),
    ...(status === '201' ? ['Location'] : []),
    ...(route.idempotency === undefined ? [] : ['Idempotent-Replayed']),
  ),
  ...(schema !== null && { content: media(schema, 'output') }),
})

const problemResponse = (route: RouteDeclaration, status: number, refusals: readonly Refusal[]): Json => ({
  description: refusals.map(({ code, description }) => `- \`${code}\`: ${description}`).join('\n'),
  headers: headerRefs(
    'X-Request-Id',
    ...(status === 401 ? ['WWW-Authenticate'] : []),
    ...(status === 429 ? limitHeaders : []),
    ...(status === 429 || status === 503 ? ['Retry-After'] : []),
  ),
  content: {
    'application/problem+json': {
      schema: { $ref: '#/components/schemas/Problem' },
      examples: Object.fromEntries(
        refusals.map(({ code, error }) => [
          code,
          { value: problemOf(error, { instance: route.path, requestId }) },
        ]),
      ),
    },
  },
})

const requestId = '7d3c0a52-58c5-4c0e-9d3e-2f8a5f0f6c11'

const meanings: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Under way',
  204: 'Done; there is nothing to say',
}

const limitHeaders = ['RateLimit-Limit', 'RateLimit-Remaining', 'RateLimit-Reset']

const headerRefs = (...names: readonly string[]): Json =>
  Object.fromEntries(names.map(name => [name, { $ref: `#/components/headers/${name}` }]))

const header = (description: string, schema: Json = { type: 'string' }): Json => ({ description, schema })

/** The headers that answers share. */
export const sharedHeaders: Json = {
  ETag: header('Of this representation; for `If-None-Match` and `If-Match`'),
  'Idempotent-Replayed': header('`true`: the answer of an earlier request with the same key'),
  Location: header('Where what was made is found'),
  'RateLimit-Limit': header('Requests in a minute', { type: 'integer' }),
  'RateLimit-Remaining': header('Requests that are left', { type: 'integer' }),
  'RateLimit-Reset': header('Seconds until all of them are there again', { type: 'integer' }),
  'Retry-After': header('Seconds after which trying again is worth it', { type: 'integer' }),
  'WWW-Authenticate': header('`Bearer`; with `error="invalid_token"` where a token came that is no good'),
  'X-Request-Id': header('Names the request in the logs; a well-formed one that came with it is kept'),
}

/** What every error answer is. */
export const problemSchema: Json = {
  type: 'object',
  description: 'What every error answer is (RFC 9457). Some codes have members of their own besides.',
  additionalProperties: true,
  required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'requestId'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'For people' },
    instance: { type: 'string', description: 'The path that was asked for' },
    code: { type: 'string', description: 'Stable; branch on this' },
    requestId: { type: 'string' },
    errors: {
      type: 'array',
      description: 'With `validation_failed`: everything that is wrong',
      items: {
        type: 'object',
        required: ['detail'],
        properties: {
          pointer: { type: 'string', description: 'RFC 6901 pointer into the body' },
          parameter: { type: 'string', description: 'Name of a query or header field' },
          detail: { type: 'string' },
        },
      },
    },
  },
}
