import { pointerTo, ValidationFailed, type Violation } from '@plinth/kernel'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { surveyJson } from './json-text.ts'
import { GatewayError } from './problem.ts'

/** Takes JSON bodies alone, read by {@link readJson}; a route may ask for the text as it came. */
export const takeJsonBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, bytes: Buffer) => {
      if (!isPlainUtf8(request)) throw unsupported()
      if (wantsRaw(request)) return bytes.toString('utf8')
      return bytes.length === 0 ? undefined : readJson(bytes)
    },
  )
}

/** As deep as JSON may be nested: no request needs more, and recursion has an end. */
const maxDepth = 32

/**
 * Reads a JSON body the careful way. `malformed_json`: bytes that are not UTF-8, nested too deeply, the same
 * field twice, a number of more digits than can be kept. `validation_failed`, with the place: text that
 * PostgreSQL could not store (NUL) or that is not Unicode (lone surrogates), whole numbers beyond 2^53 - 1, a
 * field called `__proto__`.
 */
export const readJson = (bytes: Buffer): unknown => {
  const text = decoded(bytes)
  const value = parsed(text)
  const { depth, members, exact } = surveyJson(text)
  if (depth > maxDepth) throw malformed('The request body is nested too deeply.')
  if (!exact) throw malformed('The request body holds a number of more digits than can be kept.')
  const found = { members: 0, violations: [] }
  look(value, [], found)
  if (found.members !== members) throw malformed('The request body holds the same field twice.')
  if (found.violations.length > 0) throw ValidationFailed({ errors: found.violations })
  return value
}

/** Whether a text can be stored and sent on as it is. */
export const isFit = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

/** The body is in another form than a route takes. */
export const unsupported = () =>
  new GatewayError(415, 'unsupported_media_type', 'The request body must be application/json, in UTF-8.')

const malformed = (detail = 'The request body is not valid JSON.') =>
  new GatewayError(400, 'malformed_json', detail)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

const decoded = (bytes: Buffer): string => {
  try {
    return utf8.decode(bytes)
  } catch {
    throw malformed('The request body is not valid UTF-8.')
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed()
  }
}

const maxViolations = 100

const look = (
  value: unknown,
  path: readonly PropertyKey[],
  found: { members: number; readonly violations: Violation[] },
): void => {
  const refuse = (detail: string) => {
    if (found.violations.length < maxViolations) found.violations.push({ pointer: pointerTo(path), detail })
  }
  if (typeof value === 'string') {
    if (!isFit(value)) refuse('This text holds characters that are not allowed.')
  } else if (typeof value === 'number') {
    if (Math.abs(value) > Number.MAX_SAFE_INTEGER) refuse('This number is too large.')
  } else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) look(each, [...path, index], found)
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      found.members += 1
      if (key === '__proto__' || !isFit(key)) refuse('A field here has a name that is not allowed.')
      look(each, isFit(key) ? [...path, key] : path, found)
    }
  }
}

const isPlainUtf8 = ({ headers }: FastifyRequest): boolean => {
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(headers['content-type'] ?? '')?.[1] ?? 'utf-8'
  const coding = headers['content-encoding']?.trim() ?? 'identity'
  return /^utf-?8$/i.test(charset) && /^identity$/i.test(coding)
}

const wantsRaw = (request: FastifyRequest): boolean =>
  'rawBody' in request.routeOptions.config && request.routeOptions.config.rawBody === true
