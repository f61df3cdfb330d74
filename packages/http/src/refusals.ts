import {
  ContractError,
  ContractMismatch,
  DeadlineExceeded,
  type DeclaredError,
  Forbidden,
  InvalidCursor,
  NotFound,
  PreconditionFailed,
  statusOf,
  Unauthenticated,
  universalErrors,
  ValidationFailed,
} from '@plinth/kernel'
import { z } from 'zod'
import { fieldsOf, takesIfMatch } from './openapi-parameters.ts'
import { GatewayError } from './problem.ts'
import type { RouteDeclaration } from './route-spec.ts'
import { exampleOf } from './schema-example.ts'

/** One way in which a route may refuse. */
export interface Refusal {
  readonly code: string
  readonly description: string
  /** As an example. */
  readonly error: Error
}

/** All the ways in which a route may refuse, by status. */
export const refusalsOf = (route: RouteDeclaration): [number, Refusal[]][] => {
  const byStatus = new Map<number, Refusal[]>()
  const add = (status: number, refusal: Refusal) => {
    const known = byStatus.get(status) ?? []
    if (known.some(({ code }) => code === refusal.code)) return
    byStatus.set(status, [...known, refusal])
  }
  const declare = (error: DeclaredError) =>
    add(statusOf[error.kind], {
      code: error.code,
      description: error.description,
      error: new ContractError(error.code, error.kind, error.description, detailsOf(error)),
    })
  const own = (status: number, code: string, description: string) =>
    add(status, { code, description, error: new GatewayError(status, code, description) })

  for (const error of [...route.operation.errors, ...(route.errors ?? [])]) declare(error)
  for (const error of universalErrors) if (isPossible(error, route)) declare(error)
  if (route.params !== undefined) declare(NotFound)
  if (route.body !== undefined) {
    own(400, 'malformed_json', 'The body is not valid JSON.')
    own(413, 'payload_too_large', 'The body is too large.')
    own(415, 'unsupported_media_type', 'The body must be application/json.')
  }
  if (route.idempotency === 'required')
    own(400, 'idempotency_key_required', 'The Idempotency-Key header is missing.')
  if (route.idempotency === 'required' || route.idempotency === 'accepted') {
    own(409, 'idempotency_in_progress', 'A request with this key is still running.')
    own(422, 'idempotency_key_reused', 'The key was used with another request.')
  }
  if (route.limit !== 'none') own(429, 'rate_limited', 'Too many requests; see Retry-After.')
  return [...byStatus].sort(([a], [b]) => a - b)
}

const isPossible = (error: DeclaredError, route: RouteDeclaration): boolean => {
  switch (error.code) {
    case Unauthenticated.code:
      return route.limit !== 'none'
    case Forbidden.code:
      return typeof route.operation.access !== 'string'
    case InvalidCursor.code:
      return fieldsOf(route.query).some(([name]) => name === 'cursor')
    case PreconditionFailed.code:
      return takesIfMatch(route)
    // Answered as `unavailable`.
    case DeadlineExceeded.code:
    case ContractMismatch.code:
      return false
    default:
      return true
  }
}

const detailsOf = ({ code, details }: DeclaredError): unknown => {
  if (code === ValidationFailed.code)
    return {
      errors: [{ pointer: '/variants/0/price/amount', detail: 'Too small: expected number to be >=0' }],
    }
  if (!(details instanceof z.ZodObject)) return undefined
  const schema = z.toJSONSchema(details, { io: 'output', unrepresentable: 'any' })
  return exampleOf(schema, schema.$defs ?? {})
}
