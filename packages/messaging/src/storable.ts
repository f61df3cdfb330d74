/**
 * A message's text as PostgreSQL can keep it in jsonb: parsed, or as a string where it is not JSON, holds NUL or half
 * a surrogate pair, or is nested too deep.
 */
export const storable = (body: string): unknown => {
  try {
    const event: unknown = JSON.parse(body)
    return refused.test(JSON.stringify(event)) ? storableText(body) : event
  } catch {
    return storableText(body)
  }
}

/** Text as PostgreSQL can keep it: what it refuses becomes U+FFFD. */
export const storableText = (text: string): string => text.replaceAll('\0', '\uFFFD').toWellFormed()

/** Escapes of NUL, and of surrogates, which `JSON.stringify` escapes only where they are alone. */
const refused = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i
