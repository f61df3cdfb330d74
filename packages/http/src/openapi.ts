import { type DeclaredError, statusOf, universalErrors } from '@plinth/kernel'
import { z } from 'zod'
import type { Gateway } from './gateway-parts.ts'
import { collectComponents } from './schema-components.ts'

/** What the document says of the API as a whole. */
export interface ApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
  /** Where clients reach it. */
  readonly url: string
  /** The chapters, in order, with a sentence each. */
  readonly tags: Readonly<Record<string, string>>
}

type Route = Gateway['routes'][number]
type Json = Readonly<Record<string, unknown>>

/** The OpenAPI 3.1 document of the routes declared on a gateway. */
export const openApiOf = (routes: readonly Route[], info: ApiInfo): Json => {
  const components = collectComponents()
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, components.refer) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: info.title,
      version: info.version,
      description: info.description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: info.url }],
    tags: Object.entries(info.tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes: {
        accessToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'JWT',
          description: 'The `accessToken` of `POST /v1/auth/login`',
        },
      },
      headers: { RequestId: { description: 'Names the request in the logs', schema: { type: 'string' } } },
      schemas: { ...components.schemas(), Problem: problemSchema },
    },
  }
}

type Refer = ReturnType<typeof collectComponents>['refer']

const operationOf = (route: Route, refer: Refer): Json => {
  const { operation } = route
  const permissions = typeof operation.access === 'string' ? [] : operation.access.map(each => each.name)
  return {
    operationId: route.id,
    summary: operation.summary,
    ...(route.description !== undefined && { description: route.description }),
    tags: [route.tag],
    security: operation.access === 'public' ? [] : [{ accessToken: [] }],
    ...(permissions.length > 0 && {
      'x-permission': permissions.length === 1 ? permissions[0] : permissions,
    }),
    parameters: parametersOf(route, refer),
    ...bodyOf(route, refer),
    responses: responsesOf(route, refer),
  }
}

const parametersOf = (route: Route, refer: Refer): Json[] => [
  ...fieldsOf(route.params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    ...described(refer(schema, 'input')),
  })),
  ...fieldsOf(route.query).map(([name, schema]) => ({
    name,
    in: 'query',
    required: !schema.safeParse(undefined).success,
    // What a client writes is text; what it means is the schema of what becomes of it.
    ...described(refer(schema, 'output')),
  })),
  ...(route.idempotency === undefined
    ? []
    : [
        {
          name: 'Idempotency-Key',
          in: 'header',
          required: route.idempotency === 'required',
          description: 'The same key means the same request, done once; kept for 24 hours',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
          example: '4f1c2a9e-order-1',
        },
      ]),
  ...(route.etag === true && route.method === 'GET'
    ? [
        {
          name: 'If-None-Match',
          in: 'header',
          required: false,
          description: 'Answer 304 if the ETag is still this one',
          schema: { type: 'string' },
        },
      ]
    : []),
  ...(route.etag === true && route.method !== 'GET' && route.method !== 'POST'
    ? [
        {
          name: 'If-Match',
          in: 'header',
          required: false,
          description: 'Answer 412 unless the ETag is still this one',
          schema: { type: 'string' },
        },
      ]
    : []),
]

const described = ({ description, ...schema }: Json): Json => ({
  ...(description !== undefined && { description }),
  schema,
})

const fieldsOf = (schema: z.ZodType | undefined): [string, z.ZodType][] =>
  schema instanceof z.ZodObject ? Object.entries<z.ZodType>(schema.shape) : []

const bodyOf = (route: Route, refer: Refer): Json => {
  if (route.rawBody === true)
    return { requestBody: { required: true, content: { 'application/json': { schema: {} } } } }
  return route.body === undefined
    ? {}
    : {
        requestBody: {
          required: !route.body.safeParse(undefined).success,
          content: { 'application/json': { schema: refer(route.body, 'input') } },
        },
      }
}

const responsesOf = (route: Route, refer: Refer): Json => {
  const responses: Record<string, Json> = {}
  for (const [status, schema] of Object.entries(route.responses)) {
    responses[status] = {
      description: meanings[status] ?? 'Done',
      headers: {
        'X-Request-Id': { $ref: '#/components/headers/RequestId' },
        ...(route.etag === true && {
          ETag: { description: 'Of this representation', schema: { type: 'string' } },
        }),
      },
      ...(schema !== null && { content: { 'application/json': { schema: refer(schema, 'output') } } }),
    }
  }
  if (route.etag === true && route.method === 'GET') responses[304] = { description: 'Still the same' }
  for (const [status, errors] of refusalsOf(route)) {
    const codes = [...errors].map(([code, description]) => `- \`${code}\`: ${description}`)
    const [first] = errors
    responses[status] ??= {
      description: codes.join('\n'),
      content: {
        'application/problem+json': {
          schema: { $ref: '#/components/schemas/Problem' },
          ...(first !== undefined && { example: exampleOf(status, first[0], first[1], route.path) }),
        },
      },
    }
  }
  return responses
}

/** How a route may refuse: by status the codes, and what each means. */
const refusalsOf = (route: Route): [number, Map<string, string>][] => {
  const byStatus = new Map<number, Map<string, string>>()
  const add = (status: number, code: string, description: string) => {
    const codes = byStatus.get(status) ?? new Map<string, string>()
    byStatus.set(status, codes.set(code, description))
  }
  const declare = ({ code, kind, description }: DeclaredError) => add(statusOf[kind], code, description)
  for (const error of [...route.operation.errors, ...(route.errors ?? [])]) declare(error)
  const takesInput = route.body !== undefined || fieldsOf(route.query).length > 0
  for (const error of route.limit === 'none' ? [] : universalErrors) {
    if (error.code === 'unauthenticated' && route.limit === 'credentials' && byStatus.has(401)) continue
    if (error.code === 'validation_failed' && !takesInput) continue
    if (error.code === 'invalid_cursor' && !fieldsOf(route.query).some(([name]) => name === 'cursor'))
      continue
    if (error.code === 'forbidden' && route.operation.access === 'public') continue
    if (error.code === 'precondition_failed' && (route.etag !== true || route.method === 'GET')) continue
    if (error.code === 'deadline_exceeded') continue
    declare(error)
  }
  if (route.params !== undefined && !byStatus.has(404))
    add(404, 'not_found', 'There is nothing here by that name.')
  if (route.body !== undefined) {
    add(400, 'malformed_json', 'The body is not valid JSON.')
    add(413, 'payload_too_large', 'The body is too large.')
    add(415, 'unsupported_media_type', 'The body must be application/json.')
  }
  if (route.idempotency === 'required')
    add(400, 'idempotency_key_required', 'The Idempotency-Key header is missing.')
  if (route.idempotency !== undefined) {
    add(409, 'idempotency_in_progress', 'A request with this key is still running.')
    add(422, 'idempotency_key_reused', 'The key was used with another request.')
  }
  if (route.limit !== 'none') add(429, 'rate_limited', 'Too many requests; see Retry-After.')
  return [...byStatus].sort(([a], [b]) => a - b)
}

const meanings: Readonly<Record<string, string>> = {
  200: 'Done',
  201: 'Made',
  202: 'Under way',
  204: 'Done; there is nothing to say',
}

const exampleOf = (status: number, code: string, detail: string, path: string): Json => ({
  type: `urn:plinth:problem:${code}`,
  title: code.replaceAll('_', ' '),
  status,
  detail,
  instance: path,
  code,
  requestId: '7d3c0a52-58c5-4c0e-9d3e-2f8a5f0f6c11',
})

const problemSchema: Json = {
  type: 'object',
  description: 'What every error answer is (RFC 9457)',
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
