import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { inWordsOf, type Names } from './names.ts'

const path = 'docs/security.md'
const marked = /(?<=<!-- operations -->\n\n).*?(?=\n\n<!-- \/operations -->)/s

/** Who may call the routes of a new domain, as rows of the table in docs/security.md; the api's tests compare it. */
export const wiredAccess = (root: string, names: Names): readonly [path: string, text: string] => {
  const text = readFileSync(join(root, path), 'utf8')
  const table = marked.exec(text)?.[0]
  if (table === undefined) throw new Error(`${path} has no table of operations`)
  const [head = [], , ...rows] = table.split('\n').map(cellsOf)
  const routes = ['GET /v1/shipments', 'POST /v1/shipments', 'GET /v1/shipments/{shipmentId}']
  const own = routes.map(route => [
    `\`${inWordsOf(names, route)}\``,
    inWordsOf(names, '`shipments:use:own`'),
    ...head.slice(2).map(who => (who === 'user' || who === 'admin' ? 'yes' : '')),
  ])
  const all = [...rows, ...own].toSorted(([one = ''], [other = '']) =>
    pathOf(one) < pathOf(other) ? -1 : pathOf(one) > pathOf(other) ? 1 : 0,
  )
  return [path, text.replace(marked, () => drawn(head, all))]
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map(cell => cell.trim())

const pathOf = (cell: string) => cell.replaceAll('`', '').replace(/^\S+ /, '')

const drawn = (head: readonly string[], rows: readonly (readonly string[])[]): string => {
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map(row => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)].join('\n')
}
