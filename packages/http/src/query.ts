import { ValidationFailed, type Violation } from '@plinth/kernel'
import { z } from 'zod'
import { isFit } from './json-body.ts'

/** Reads a query string: strict percent-encoding, each parameter once. */
export const readQuery = (url: string): Record<string, string> => {
  const at = url.indexOf('?')
  const query: Record<string, string> = Object.create(null)
  if (at < 0) return query
  const errors: Violation[] = []
  for (const pair of url.slice(at + 1).split('&')) {
    if (pair === '') continue
    const [rawName = '', ...rest] = pair.split('=')
    const name = decoded(rawName)
    const value = decoded(rest.join('='))
    if (name === undefined || value === undefined || !isFit(name) || !isFit(value)) {
      errors.push({
        parameter: name !== undefined && isFit(name) ? name : 'query',
        detail: 'This is not well-formed text.',
      })
    } else if (name in query) errors.push({ parameter: name, detail: 'It is given more than once.' })
    else query[name] = value
  }
  if (errors.length > 0) throw ValidationFailed({ errors })
  return query
}

/** A whole number in a query string. */
export const queryInt = (min: number, max = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^-?\d{1,16}$/, 'This must be a whole number.')
    .transform(Number)
    .pipe(z.int().min(min).max(max))

/** `true` or `false` in a query string. */
export const queryBoolean = z
  .enum(['true', 'false'])
  .transform(text => text === 'true')
  .pipe(z.boolean())

/** `limit` and `cursor`: what every list takes. */
export const pageQuery = {
  limit: queryInt(1, 100).default(20).meta({ description: 'How many at most, 1 to 100' }),
  cursor: z.string().max(1000).optional().meta({ description: '`nextCursor` of the page before' }),
}

const decoded = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
