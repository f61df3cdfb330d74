import type { Operation } from '../../packages/kernel/src/index.ts'
import type { Call, DomainOnMap, ShopMap } from './shop-map.ts'

/** The map as a page: `docs/map.md`. */
export const drawMap = (map: ShopMap): string =>
  [
    '# The map',
    '',
    'Drawn from the code by `pnpm map`, and compared with it by `pnpm check`: package.json files, contracts, what domains say',
    'that they need of each other (`src/neighbours/needs.ts`), their consumers (`src/on-*.ts`), jobs and SQL. What it takes to',
    'move one of them out is printed by `pnpm plinth lift <domain>`.',
    '',
    '## Packages',
    '',
    'An arrow says: stands on. What follows from others is left out; applications stand on any of them, and contracts on',
    '`kernel` alone.',
    '',
    ...packageChart(map),
    '',
    '## Calls',
    '',
    'A thick arrow has calls that join the transaction of the caller: lifted, they commit by themselves.',
    '',
    ...callChart(map),
    '',
    '## Events',
    '',
    'An arrow leads from an event, through the outbox of who tells of it, to the consumer that handles it once.',
    '',
    ...eventChart(map),
    '',
    '## Domains',
    '',
    ...map.domains.flatMap(domain => [...domainSection(map, domain), '']),
  ].join('\n')

const chart = (lines: readonly string[]): string[] => ['```mermaid', ...lines, '```']

const packageChart = ({ rooms, domains }: ShopMap): string[] => {
  const packages = rooms.filter(
    ({ isApp, name }) => !isApp && !name.endsWith('-contract') && name !== 'testing',
  )
  const needsOf = (name: string) =>
    (packages.find(each => each.name === name)?.needs ?? []).filter(need => !need.endsWith('-contract'))
  const reaches = (from: string, to: string): boolean =>
    needsOf(from).some(next => next === to || reaches(next, to))
  const isDomain = (name: string) => domains.some(domain => domain.name === name)
  const edges = packages.flatMap(({ name }) =>
    needsOf(name)
      .filter(need => !needsOf(name).some(other => other !== need && reaches(other, need)))
      .map(need => `  ${name} --> ${need}`),
  )
  const names = packages.map(({ name }) => name)
  return chart([
    'flowchart TB',
    '  subgraph domains',
    ...names.filter(isDomain).map(name => `    ${name}`),
    '  end',
    '  subgraph platform',
    ...names.filter(name => !isDomain(name)).map(name => `    ${name}`),
    '  end',
    ...edges,
  ])
}

const callChart = ({ domains, calls }: ShopMap): string[] => {
  const pairs = Map.groupBy(calls, ({ from, to }) => `${from} ${to}`)
  return chart([
    'flowchart LR',
    ...domains.map(({ name }) => `  ${name}`),
    ...[...pairs.values()].flatMap(between => {
      const [first] = between
      if (first === undefined) return []
      const arrow = between.some(({ joins }) => joins) ? '==>' : '-->'
      return `  ${first.from} ${arrow}|"${between.map(({ name }) => name).join('<br>')}"| ${first.to}`
    }),
  ])
}

const eventChart = ({ domains, deliveries }: ShopMap): string[] => {
  const events = domains.flatMap(({ name, contract }) =>
    Object.values(contract.events).map(({ type }) => ({ from: name, type })),
  )
  return chart([
    'flowchart LR',
    ...events.map(({ from, type }) => `  ${from} --> ${nodeOf(type)}(["${type}"])`),
    ...deliveries.map(({ event, to, consumer }) => `  ${nodeOf(event)} -->|"${consumer}"| to_${to}["${to}"]`),
  ])
}

const nodeOf = (text: string) => text.replaceAll(/\W/g, '_')

const domainSection = (
  { calls, deliveries }: ShopMap,
  { name, contract, tables, jobs }: DomainOnMap,
): string[] => {
  const heardBy = (type: string) =>
    deliveries.filter(({ event }) => event === type).map(({ consumer }) => code(consumer))
  const hears = deliveries.filter(({ to }) => to === name)
  return [
    `### ${name}`,
    '',
    ...table([
      ['operation', 'who may call', 'joins', 'repeatable', 'undone by', 'called by'],
      ...Object.entries(contract.operations).map(([key, operation]) => [
        code(key),
        accessOf(operation),
        operation.tx === 'joins' ? 'yes' : '',
        operation.idempotent ? 'yes' : '',
        operation.undoneBy === undefined ? '' : code(operation.undoneBy),
        callersOf(calls, name, key),
      ]),
    ]),
    '',
    ...Object.values(contract.events).map(
      ({ type, mandatory }) =>
        `- tells of ${code(type)}${mandatory ? ', which somebody must hear' : ''}: ${heardBy(type).join(', ') || 'nobody here listens'}`,
    ),
    ...hears.map(({ event, consumer }) => `- hears ${code(event)}, by ${code(consumer)}`),
    `- tables of the schema ${code(name)}, for the role ${code(`plinth_${name}`)}: ${tables.map(code).join(', ')}`,
    ...(jobs.length > 0 ? [`- jobs: ${jobs.map(code).join(', ')}`] : []),
  ]
}

/** A table whose columns stand under each other, as the formatter has them; the first row is its head. */
const table = ([head = [], ...rows]: readonly (readonly string[])[]): string[] => {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...rows].map(row => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  return [line(head), line(widths.map(width => '-'.repeat(width))), ...rows.map(line)]
}

const code = (text: string) => `\`${text}\``

const accessOf = ({ access }: Operation): string =>
  typeof access === 'string' ? access : access.map(({ name }) => code(name)).join(' or ')

const callersOf = (calls: readonly Call[], to: string, name: string): string =>
  calls
    .filter(call => call.to === to && call.name === name)
    .map(({ from, joins }) => (joins ? `${from}, in its transaction` : from))
    .join('; ')
