/** One statement of a SQL file. */
export interface FileStatement {
  /** Without the semicolon at its end. */
  readonly text: string
  /** The line it begins on, from 1. */
  readonly line: number
}

/**
 * The statements of a SQL file, as psql takes it apart (PostgreSQL manual, section 4.1): semicolons within strings,
 * quoted names, dollar quotes, comments, parentheses and `begin atomic` bodies separate nothing.
 */
export const statementsOf = (file: string): FileStatement[] => {
  const statements: FileStatement[] = []
  let text = ''
  let begins = 0
  let depth = 0
  let atomic = 0
  const flush = () => {
    if (text.trim() !== '') statements.push({ text: text.trim(), line: lineAt(file, begins) })
    text = ''
    depth = 0
    atomic = 0
  }
  for (const { 0: token, index } of file.matchAll(tokens)) {
    if (text === '' && (isComment.test(token) || token.trim() === '')) continue
    if (token === ';' && depth === 0 && atomic === 0) {
      flush()
      continue
    }
    if (text === '') begins = index
    if (token === '(') depth += 1
    if (token === ')') depth -= 1
    // Within such a body `case` has an `end` of its own.
    if (/^begin\s+atomic$/i.test(token) || (atomic > 0 && /^case$/i.test(token))) atomic += 1
    if (atomic > 0 && /^end$/i.test(token)) atomic -= 1
    text += token
  }
  flush()
  return statements
}

const tokens = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*(?:[^*]|\*(?!/))*\*/`,
    // An escape string may hold a quote behind a backslash; a plain string may not.
    String.raw`\b[eE]'(?:[^'\\]|\\[^]|'')*'`,
    `'(?:[^']|'')*'`,
    `"(?:[^"]|"")*"`,
    String.raw`(?<tag>\$(?:[A-Za-z_]\w*)?\$)[^]*?\k<tag>`,
    String.raw`\bbegin\s+atomic\b`,
    String.raw`[A-Za-z_][\w$]*`,
    String.raw`\s+`,
    `[^]`,
  ].join('|'),
  'gi',
)

const isComment = /^(--|\/\*)/

const lineAt = (file: string, index: number) => file.slice(0, index).split('\n').length
