import { type Permission, permissionsOf, roles } from '@plinth/kernel'

/** Who may call an operation, as the API document says it. */
interface Guarded {
  readonly summary: string
  readonly 'x-permission'?: string | string[] | undefined
}

/** Operations and the roles that may call them, as a table in Markdown. */
export const accessTable = (
  operations: ReadonlyMap<string, Guarded>,
  declared: readonly Permission[],
): string => {
  const head = ['operation', 'asks for', 'anybody', ...roles]
  const rows = [...operations].toSorted(byPath).map(([route, { 'x-permission': asked }]) => {
    const names = asked === undefined ? undefined : [asked].flat()
    const may = (held: readonly string[]) =>
      names === undefined || permissionsOf(held, declared).some(name => names.includes(name)) ? 'yes' : ''
    return [
      `\`${route}\``,
      names?.map(name => `\`${name}\``).join(' or ') ?? '',
      may([]),
      ...roles.map(role => may([role])),
    ]
  })
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}

/** By path, and the methods of one path as they are. */
const byPath = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]) => {
  const [a, b] = [one.replace(/^\S+ /, ''), other.replace(/^\S+ /, '')]
  return a < b ? -1 : a > b ? 1 : 0
}
