import { format } from 'node:util'
import { pino } from 'pino'
import { isError, safeMessage } from './describe-error.ts'
import type { LogFields } from './log-fields.ts'
import { logFields } from './log-fields.ts'
import { prettyDestination } from './pretty-lines.ts'
import { redactFields } from './redact.ts'
import { scrubText } from './scrub-text.ts'
import { flushMs, standardOutput } from './standard-output.ts'

/** Logs a message, or an error or named fields with a message. An error's field is `err`. */
export interface LogMethod {
  (message: string): void
  (fields: object, message?: string): void
}

/** What a package asks of a logger. */
export interface Logger {
  readonly debug: LogMethod
  readonly info: LogMethod
  readonly warn: LogMethod
  readonly error: LogMethod
  /** The same logger with these fields on every line. */
  child(fields: LogFields): Logger
}

/** The logger of a process: what packages ask for, and what Fastify's `loggerInstance` asks for besides. */
export interface ServiceLogger extends Logger {
  level: string
  readonly debug: AnyLogMethod
  readonly info: AnyLogMethod
  readonly warn: AnyLogMethod
  readonly error: AnyLogMethod
  readonly trace: AnyLogMethod
  readonly fatal: AnyLogMethod
  readonly silent: AnyLogMethod
  child(fields: LogFields, options?: ChildOptions): ServiceLogger
}

/** How much it matters, in pino's words. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent'

/** What a logger is made with. */
export interface LoggerOptions {
  /** The least severe level that is written; `silent` writes nothing. */
  readonly level: LogLevel
  /** Stands on every line as `service`. */
  readonly service: string
  /** One readable line for people instead of JSON. */
  readonly pretty?: boolean
  /** Where lines go, each with its line feed; standard output unless given. */
  readonly destination?: { write(line: string): unknown }
}

/**
 * A logger that writes one JSON object a line: `level` (a word), `time` (ISO 8601, UTC), `service`, the fields
 * of `withLogFields` in force, the fields given, `msg`. Secrets are redacted by name at any depth, texts are
 * scrubbed of credentials, errors are described without query texts and parameters. It never throws.
 */
export const createLogger = ({
  level,
  service,
  pretty = false,
  destination,
}: LoggerOptions): ServiceLogger => {
  const blocks = destination === undefined && !pretty ? standardOutput() : undefined
  const target = destination ?? blocks ?? pino.destination({ fd: 1, sync: true })
  const lines = pino(
    {
      level,
      base: { service, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      // Errors arrive described; pino's own serializer would describe the description.
      serializers: { err: described => described },
    },
    pretty ? prettyDestination(target) : target,
  )
  return wrap(
    lines,
    {},
    sparingly(() => blocks?.flushSync()),
  )
}

/** Of many warnings on end the first is written at once; to do so for each would slow down a shop that is in trouble. */
const sparingly = (flush: () => void): (() => void) => {
  let last = Number.NEGATIVE_INFINITY
  return () => {
    const now = performance.now()
    if (now - last < flushMs) return
    last = now
    flush()
  }
}

/** Lines that may be the last ones are written before anything else happens. */
const urgent: ReadonlySet<string> = new Set<pino.Level>(['warn', 'error', 'fatal'])

/** Writes nothing: for tests, and for packages that are used without a logger. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => silentLogger,
}

type AnyLogMethod = (first: unknown, ...rest: unknown[]) => void
type Serializers = Readonly<Record<string, (value: never) => unknown>>

interface ChildOptions {
  readonly level?: string
  /** Turn the fields of these names into something smaller before they are written. */
  readonly serializers?: Serializers
}

const wrap = (lines: pino.Logger, serializers: Serializers, flush: () => void): ServiceLogger => {
  const method =
    (level: pino.Level): AnyLogMethod =>
    (first, ...rest) => {
      if (!lines.isLevelEnabled(level)) return
      const { fields, message } = line(first, rest, serializers)
      lines[level](fields, message)
      if (urgent.has(level)) flush()
    }
  return {
    get level() {
      return lines.level
    },
    set level(level) {
      lines.level = level
    },
    trace: method('trace'),
    debug: method('debug'),
    info: method('info'),
    warn: method('warn'),
    error: method('error'),
    fatal: method('fatal'),
    silent: () => undefined,
    child(fields, options = {}) {
      const merged = { ...serializers, ...options.serializers }
      const child = lines.child(
        safeFields(fields, merged),
        options.level === undefined ? {} : { level: options.level },
      )
      return wrap(child, merged, flush)
    },
  }
}

const line = (first: unknown, rest: readonly unknown[], serializers: Serializers) => {
  if (typeof first !== 'object' || first === null) {
    return { fields: safeFields({}, serializers), message: message(first, rest) }
  }
  const given = isError(first) ? { err: first } : first
  const [text, ...values] = rest
  const said = text === undefined && 'err' in given ? safeMessage(given.err) : text
  return {
    fields: safeFields(given, serializers),
    ...(said !== undefined && { message: message(said, values) }),
  }
}

const message = (text: unknown, values: readonly unknown[]): string =>
  scrubText(format(text, ...values.map(value => (isError(value) ? safeMessage(value) : value))))

const safeFields = (fields: object, serializers: Serializers): Record<string, unknown> => {
  try {
    return redactFields({ ...logFields(), ...fields }, serializers)
  } catch {
    return { unloggable: Object.keys(fields) }
  }
}
