import { ValidationFailed, type Violation } from '@plinth/kernel'
import { GatewayError } from './problem.ts'

/** As deep as JSON may be nested: no request needs more, and recursion has an end. */
const maxDepth = 32

/**
 * Reads a JSON body the careful way: strict UTF-8, bounded depth, and no text that PostgreSQL could not
 * store (NUL) or that is no Unicode (lone surrogates). Numbers beyond the safe integers are left to the
 * schemas, which refuse them.
 */
export const readJson = (bytes: Buffer): unknown => {
  const text = decoded(bytes)
  if (text === undefined || depthOf(text) > maxDepth) throw malformed()
  const value = parsed(text)
  const violations = [...unfitTexts(value, '')]
  if (violations.length > 0) throw ValidationFailed({ errors: violations.slice(0, 20) })
  return value
}

/** Whether a text can be stored and sent on as it is. */
export const isFit = (text: string): boolean => !text.includes('\0') && text.isWellFormed()

const malformed = () => new GatewayError(400, 'malformed_json', 'The request body is not valid JSON.')

const utf8 = new TextDecoder('utf-8', { fatal: true })

const decoded = (bytes: Buffer): string | undefined => {
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed()
  }
}

/** How deep a JSON text is nested, without parsing it. */
const depthOf = (text: string): number => {
  let depth = 0
  let deepest = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at]
    if (quoted) {
      if (char === '\\') at += 1
      else if (char === '"') quoted = false
    } else if (char === '"') quoted = true
    else if (char === '{' || char === '[') deepest = Math.max(deepest, ++depth)
    else if (char === '}' || char === ']') depth -= 1
  }
  return deepest
}

function* unfitTexts(value: unknown, pointer: string): Generator<Violation> {
  if (typeof value === 'string') {
    if (!isFit(value)) yield { pointer, detail: 'This text holds characters that are not allowed.' }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      const below = `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`
      if (!isFit(key) || key === '__proto__')
        yield { pointer, detail: 'A field here has a name that is not allowed.' }
      else yield* unfitTexts(each, below)
    }
  }
}
