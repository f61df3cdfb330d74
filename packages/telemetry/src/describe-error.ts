import { scrubText } from './scrub-text.ts'

/** An error as it may be logged or stored: no query text, no query parameter, no value out of a row. */
export interface ErrorDescription {
  /** The error's name. */
  readonly type: string
  readonly message: string
  /** A SQLSTATE, a Node error code, or the code of a declared error. */
  readonly code?: string | number
  /** Frames only, without the message that usually stands above them. */
  readonly stack?: string
  readonly cause?: ErrorDescription
  /** The members of an `AggregateError`, five at most. */
  readonly errors?: readonly ErrorDescription[]
  /** Further details out of a fixed list of harmless ones, such as `constraint_name`. */
  readonly [detail: string]: unknown
}

/**
 * Describes whatever was thrown, with its chain of causes. Only named properties are taken over, since
 * drivers hang the statement, its parameters and the row on their errors, and messages are made safe by
 * {@link safeMessage}.
 */
export const describeError = (error: unknown): ErrorDescription => describe(error, 0)

/**
 * The message of whatever was thrown, without what it quotes: drizzle puts the statement and its parameters
 * into the message, and PostgreSQL the offending value (classes 22 and 23).
 */
export const safeMessage = (error: unknown): string => {
  if (!isError(error)) return typeof error === 'string' ? plain(error) : `Thrown: ${typeof error}`
  const code = 'code' in error ? error.code : undefined
  const quotesValues = typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code)
  return plain(quotesValues ? error.message.replaceAll(/: "[^\n]*"/g, ': [value]') : error.message)
}

/** Also true of errors that come from another realm, which `instanceof` misses. */
export const isError = (value: unknown): value is Error =>
  value instanceof Error || Object.prototype.toString.call(value) === '[object Error]'

const describe = (error: unknown, depth: number): ErrorDescription => {
  if (!isError(error)) return { type: 'NonError', message: safeMessage(error) }
  const members = error instanceof AggregateError ? error.errors : []
  return {
    type: error.name,
    message: safeMessage(error),
    ...details(error),
    ...(depth < deepest &&
      members.length > 0 && { errors: members.slice(0, 5).map(member => describe(member, depth + 1)) }),
    ...(error.stack !== undefined && { stack: frames(error.stack, error.message) }),
    ...(depth < deepest && error.cause !== undefined && { cause: describe(error.cause, depth + 1) }),
  }
}

const deepest = 5

const plain = (message: string): string =>
  scrubText(
    message
      .replace(/Failed query:[\s\S]*$/, 'Failed query')
      .replace(/\bparams: [\s\S]*$/, 'params: [redacted]')
      .slice(0, 1_000),
  )

const details = (error: Error): Record<string, string | number> => {
  const found: Record<string, string | number> = {}
  for (const [name, value] of Object.entries(Object.getOwnPropertyDescriptors(error))) {
    if (!harmless.has(name)) continue
    const detail: unknown = value.value
    if (typeof detail === 'number') found[name] = detail
    if (typeof detail === 'string') found[name] = plain(detail)
  }
  return found
}

const harmless = new Set([
  'code',
  'kind',
  'status',
  'statusCode',
  'severity',
  'constraint_name',
  'schema_name',
  'table_name',
  'column_name',
  'errno',
  'syscall',
  'hostname',
  'port',
])

const frames = (stack: string, message: string): string =>
  stack
    .split(message)
    .join('')
    .split('\n')
    .filter(line => /^\s+at /.test(line))
    .slice(0, 20)
    .join('\n')
