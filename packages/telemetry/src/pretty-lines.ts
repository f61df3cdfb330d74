/** Turns JSON log lines into lines for people: time of day, level, message, then the fields. */
export const prettyDestination = (target: {
  write(line: string): unknown
}): { write(line: string): void } => ({
  write: line => {
    target.write(prettyLine(line))
  },
})

const prettyLine = (line: string): string => {
  const parsed: unknown = JSON.parse(line)
  if (typeof parsed !== 'object' || parsed === null) return line
  const { level, time, msg, service: _, pid: __, err, ...fields } = fieldsOf(parsed)
  const rest = Object.entries(fields).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  const head = `${String(time).slice(11, 23)} ${String(level).toUpperCase().padEnd(5)} ${msg === undefined ? '' : String(msg)}`
  return `${head}${rest.join('')}${errorLines(err)}\n`
}

const fieldsOf = (value: object): Record<string, unknown> => Object.fromEntries(Object.entries(value))

const errorLines = (error: unknown, label = ''): string => {
  if (typeof error !== 'object' || error === null) return ''
  const { type, message, code, stack, cause } = fieldsOf(error)
  const heading = `\n  ${label}${String(type)}: ${String(message)}${code === undefined ? '' : ` (${String(code)})`}`
  return `${heading}${typeof stack === 'string' ? `\n${stack}` : ''}${errorLines(cause, 'caused by ')}`
}
