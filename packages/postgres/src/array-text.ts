/**
 * The text of a PostgreSQL array literal (manual, section 8.15.6): every element quoted, `NULL` for null,
 * nested arrays as further dimensions.
 */
export const arrayText = (elements: readonly unknown[], elementText: (element: unknown) => string): string =>
  `{${elements
    .map(element => {
      if (element === null || element === undefined) return 'NULL'
      if (Array.isArray(element)) return arrayText(element, elementText)
      return `"${elementText(element).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
    })
    .join(',')}}`

/** Reads the text of a one-dimensional or nested array; an unquoted `NULL` is null. Bounds in front are skipped. */
export const arrayFrom = (text: string, elementFrom: (text: string) => unknown): unknown[] => {
  let at = text.startsWith('[') ? text.indexOf('=') + 1 : 0
  const list = (): unknown[] => {
    const elements: unknown[] = []
    at += 1
    while (text[at] !== '}') {
      if (at >= text.length) throw new SyntaxError('an array literal without an end')
      elements.push(text[at] === '{' ? list() : element())
      if (text[at] === ',') at += 1
    }
    at += 1
    return elements
  }
  const element = (): unknown => {
    if (text[at] !== '"') {
      const from = at
      while (at < text.length && text[at] !== ',' && text[at] !== '}') at += 1
      const plain = text.slice(from, at)
      return plain === 'NULL' ? null : elementFrom(plain)
    }
    let value = ''
    for (at += 1; text[at] !== '"'; at += 1) {
      if (at >= text.length) throw new SyntaxError('an array element without an end')
      if (text[at] === '\\') at += 1
      value += text[at]
    }
    at += 1
    return elementFrom(value)
  }
  return list()
}
