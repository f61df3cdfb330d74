import { PreconditionFailed } from '@plinth/kernel'
import { z } from 'zod'
import type { RouteDeclaration } from './route-spec.ts'
import type { Components, Json } from './schema-components.ts'

/** The path, query and header parameters of a route, for the OpenAPI document. */
export const documentParameters = (route: RouteDeclaration, { refer }: Pick<Components, 'refer'>): Json[] => [
  ...fieldsOf(route.params).map(([name, schema]) => ({
    name,
    in: 'path',
    required: true,
    ...described(refer(schema, 'input'), true),
  })),
  ...fieldsOf(route.query).map(([name, schema]) => {
    const required = !schema.safeParse(undefined).success
    // What a client writes is text; what it means is the schema of what becomes of it.
    return { name, in: 'query', required, ...described(refer(schema, 'output'), required) }
  }),
  ...headersOf(route),
]

/** The fields of an object schema, by name; none of what is no object. */
export const fieldsOf = (schema: z.ZodType | undefined): [string, z.ZodType][] =>
  schema instanceof z.ZodObject ? Object.entries<z.ZodType>(schema.shape) : []

/** Whether a route takes `If-Match`. A POST mostly makes something new, and says so where it does not. */
export const takesIfMatch = ({ etag, method, errors = [] }: RouteDeclaration): boolean =>
  etag === true &&
  method !== 'GET' &&
  (method !== 'POST' || errors.some(({ code }) => code === PreconditionFailed.code))

const headersOf = (route: RouteDeclaration): Json[] => {
  const headers: Json[] = []
  if (route.idempotency !== undefined)
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: route.idempotency === 'required',
      description: `The same key means the same request, done once; ${route.idempotency === 'by-operation' ? 'kept for a short while' : 'kept for 24 hours'}`,
      schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
      ...exampleOf('4f1c2a9e-order-1', route.idempotency === 'required'),
    })
  if (route.etag === true && route.method === 'GET')
    headers.push({
      name: 'If-None-Match',
      in: 'header',
      required: false,
      description: 'Answer 304 if the ETag is still this one',
      schema: { type: 'string' },
    })
  if (takesIfMatch(route))
    headers.push({
      name: 'If-Match',
      in: 'header',
      required: false,
      description: 'Answer 412 unless the ETag is still this one',
      schema: { type: 'string' },
    })
  return headers
}

const described = ({ description, examples, ...schema }: Json, required: boolean): Json => ({
  ...(description !== undefined && { description }),
  schema,
  ...(Array.isArray(examples) && examples.length > 0 && exampleOf(examples[0], required)),
})

/**
 * A form to try a request fills in every example it finds. What may be left out starts out empty there, by
 * Scalar's extension: a list filtered by somebody's example is an empty one.
 */
const exampleOf = (value: unknown, required: boolean): Json =>
  required ? { example: value } : { examples: { example: { value, 'x-disabled': true } } }
