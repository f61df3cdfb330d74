import type { Operation } from '../../packages/kernel/src/index.ts'
import type { Call, Delivery, DomainOnMap, ShopMap } from './shop-map.ts'

/** What it takes, as the shop stands today, to run one domain as a deployable of its own: lines for a terminal. */
export const liftOf = (map: ShopMap, name: string): string[] => {
  const domain = map.domains.find(each => each.name === name)
  if (domain === undefined)
    throw new Error(`there is no domain ${name}; there are ${map.domains.map(each => each.name).join(', ')}`)
  const calls = map.calls.filter(({ from, to }) => from === name || to === name)
  const [joining, plain] = [calls.filter(({ joins }) => joins), calls.filter(({ joins }) => !joins)]
  return [
    `Lifting ${name} into a deployable of its own`,
    '',
    ...section(
      'Calls that lose atomicity: they join the transaction of their caller today, and will commit by themselves',
      [...aligned(joining.map(call => [arrowOf(call), compensationOf(call.operation)]))],
    ),
    ...section('Where that is said: without it the composition does not compile', detachmentsOf(joining)),
    ...section(
      'Calls that only go a longer way',
      aligned(plain.map(call => [arrowOf(call), repeatOf(call.operation)])),
    ),
    ...section(
      'Events out: they reach their consumers as today, by the broker that all share',
      eventsOut(map, domain),
    ),
    ...section(
      'Events in',
      aligned(
        map.deliveries
          .filter(({ to }) => to === name)
          .map(({ event, consumer, from }) => [event, `from ${from}, by ${consumer}`]),
      ),
    ),
    ...section(`Tables: the schema ${name}, in the same database or in one of its own; no key leaves it`, [
      ...domain.tables.map(table => `${name}.${table}`),
      `migrations: sql/${name}/, which the package carries`,
      `role: plinth_${name}, the only one that the deployable takes on for them`,
      ...(domain.jobs.length > 0 ? [`jobs that move with it: ${domain.jobs.join(', ')}`] : []),
    ]),
    ...section('Configuration', configurationOf(map, domain)),
  ]
}

const section = (title: string, lines: readonly string[]): string[] => [
  title,
  ...(lines.length === 0 ? ['  none'] : lines.map(line => `  ${line}`)),
  '',
]

const aligned = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(0, ...rows.map(([first]) => first.length))
  return rows.map(([first, second]) => `${first.padEnd(width)}  ${second}`)
}

const arrowOf = ({ from, to, name }: Call) => `${from} -> ${to}.${name}`

/** How a caller's rollback is made good once it does not reach so far. */
const compensationOf = ({ undoneBy, expires, idempotent }: Operation): string =>
  [
    undoneBy === undefined ? undefined : `undone by ${undoneBy}`,
    expires === undefined ? undefined : `by itself: ${expires}`,
    undoneBy === undefined && idempotent
      ? 'right alone: asked again with the same id, it has its effect once'
      : undefined,
  ]
    .filter(part => part !== undefined)
    .join('; ') || 'NOT COMPENSATED: it is neither undone nor repeatable'

const repeatOf = ({ idempotent }: Operation) =>
  idempotent ? 'may be tried again by itself' : 'is not tried again: a failure may have had its effect'

const detachmentsOf = (joining: readonly Call[]): string[] =>
  [...Map.groupBy(joining, ({ from, to }) => `${from} ${to}`).values()].flatMap(([call]) =>
    call === undefined ? [] : `${call.from}: neighbours.${call.to} = detached(${call.to}Contract, ...)`,
  )

const eventsOut = ({ deliveries }: ShopMap, { contract }: DomainOnMap): string[] =>
  aligned(
    Object.values(contract.events).map(({ type, version, mandatory }) => [
      `${type} ${version}`,
      heard(deliveries.filter(({ event }) => event === type)) ||
        (mandatory ? 'NOBODY LISTENS, and somebody must' : 'an announcement: nobody here listens'),
    ]),
  )

const heard = (by: readonly Delivery[]) => by.map(({ consumer }) => consumer).join(', ')

const configurationOf = ({ calls }: ShopMap, { name, contract }: DomainOnMap): string[] => {
  const callers = new Set(calls.filter(({ to }) => to === name).map(({ from }) => from))
  const neighbours = [...new Set(calls.filter(({ from }) => from === name).map(({ to }) => to))]
  const asked = [...new Set([...(name === 'users' ? [] : ['users']), ...neighbours])]
  return aligned([
    [
      urlOf(name),
      `for the api, which forwards the public routes of ${name}${[...callers].map(caller => `, and for ${caller} where that is elsewhere, too`).join('')}`,
    ],
    ...asked.map((neighbour): [string, string] => [
      urlOf(neighbour),
      `for ${name}, which ${neighbours.includes(neighbour) ? `calls ${neighbour}` : 'asks it who may come in'}: the internal port of the api, or its own deployable`,
    ]),
    ...(asked.length === 0
      ? []
      : [['INTERNAL_PORT', `for the api, where ${name} reaches the domains in it`] as const]),
    ['SERVICE_KEYS', 'the same for all deployables: they sign their calls to each other'],
    [
      'DATABASE_URL',
      `for ${name}: a user that is a member of plinth_${name}, plinth_gateway and plinth_messaging`,
    ],
    [
      'AMQP_URL',
      `the same for all${Object.keys(contract.events).length > 0 ? '' : ', for its consumers, if any'}; without RabbitMQ, one database is the broker of all`,
    ],
  ])
}

const urlOf = (domain: string) => `${domain.toUpperCase()}_URL`
