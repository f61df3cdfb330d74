/** What a look at a JSON text tells that parsing it does not. */
export interface JsonSurvey {
  readonly depth: number
  /** Members of all objects, those that are there twice counted twice. */
  readonly members: number
  /** Whether every number means the same once it is parsed. */
  readonly exact: boolean
}

/** Looks through a text, without parsing it. What it tells of a text that is no JSON means nothing. */
export const surveyJson = (text: string): JsonSurvey => {
  let [depth, deepest, members, exact] = [0, 0, 0, true]
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at)
        break
      case colon:
        members += 1
        break
      case openBrace:
      case openBracket:
        depth += 1
        if (depth > deepest) deepest = depth
        break
      case closeBrace:
      case closeBracket:
        depth -= 1
        break
      default:
        if (isDigit(text.charCodeAt(at))) {
          const end = endOfNumber(text, at)
          exact &&= isExact(text.slice(at, end))
          at = end - 1
        }
    }
  }
  return { depth: deepest, members, exact }
}

/**
 * Whether a number survives parsing. A double holds any 15 significant digits; more of them may come out as
 * another number (0.99999999999999999 is 1), and an exponent may lead to 0 or infinity. That a whole number is
 * too large is seen once it is parsed.
 */
const isExact = (digits: string): boolean => {
  if (/^\d+$/.test(digits)) return true
  const value = Number(digits)
  const [mantissa = ''] = digits.split(/e/i)
  const significant = mantissa.replace('.', '').replace(/^0+/, '')
  if (significant === '') return true
  return significant.replace(/0+$/, '').length <= 15 && value !== 0 && Number.isFinite(value)
}

const endOfString = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charCodeAt(at)
    if (char === backslash) at += 1
    else if (char === quote) return at
  }
  return text.length
}

const endOfNumber = (text: string, start: number): number => {
  let at = start + 1
  while (at < text.length && (isDigit(text.charCodeAt(at)) || '.eE+-'.includes(text.charAt(at)))) at += 1
  return at
}

const isDigit = (char: number) => char >= 0x30 && char <= 0x39

const [quote, colon, backslash] = [0x22, 0x3a, 0x5c]
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d]
