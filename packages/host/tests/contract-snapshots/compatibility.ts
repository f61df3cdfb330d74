import { isDeepStrictEqual } from 'node:util'
import { type Refused, refusals } from './refusals.ts'
import type { OperationSnapshot, Schema, Snapshot } from './snapshot.ts'

/** How a contract differs from an older one. */
export interface Differences {
  /** What whoever is of the older release cannot live with, a line each. */
  readonly incompatible: readonly string[]
  /** Whether it differs at all. */
  readonly changed: boolean
}

/**
 * Whether parts of the shop of the older release can go on calling, and listening to, one of the newer. They may send
 * all that was allowed, they leave out what they do not know of, and nothing else that comes may be new to them.
 */
export const differences = (before: Snapshot, after: Snapshot): Differences => ({
  changed: !isDeepStrictEqual(before, after),
  incompatible: [
    ...each(before.operations, after.operations, (name, one, other) =>
      other === undefined ? [`${name}: there is no such operation any more`] : ofOperation(name, one, other),
    ),
    ...each(before.events, after.events, (name, one, other) =>
      other === undefined
        ? [`event ${name}: it is not announced any more`]
        : coming(`event ${name}`, one.data, other.data),
    ),
    ...each(before.permissions, after.permissions, (name, _, other) =>
      other === undefined ? [`permission ${name}: there is no such permission any more`] : [],
    ),
  ].map(line => `${before.name}: ${line}`),
})

const ofOperation = (name: string, before: OperationSnapshot, after: OperationSnapshot): string[] => [
  ...going(`${name}, input`, before.input, after.input),
  ...coming(`${name}, output`, before.output, after.output),
  ...ofErrors(name, before.errors, after.errors),
  ...ofAccess(name, before.access, after.access),
  ...(before.tx === 'joins' && after.tx !== 'joins' ? [`${name}: it joins no transaction any more`] : []),
  ...(before.idempotent && !after.idempotent ? [`${name}: callers may still repeat it`] : []),
  ...(before.undoneBy !== null && before.undoneBy !== after.undoneBy
    ? [`${name}: callers still undo it by ${before.undoneBy}`]
    : []),
]

const ofErrors = (
  name: string,
  before: OperationSnapshot['errors'],
  after: OperationSnapshot['errors'],
): string[] => [
  ...Object.keys(after)
    .filter(code => !(code in before))
    .map(code => `${name}: it is refused with ${code}, which is new to callers`),
  ...each(before, after, (code, one, other) => {
    if (other === undefined) return []
    return [
      ...(one.kind === other.kind ? [] : [`${name}: ${code} is ${other.kind}, and was ${one.kind}`]),
      ...coming(`${name}, details of ${code}`, one.details, other.details),
    ]
  }),
]

const ofAccess = (
  name: string,
  before: OperationSnapshot['access'],
  after: OperationSnapshot['access'],
): string[] => {
  if (typeof after === 'string') return []
  if (typeof before === 'string') return [`${name}: it asks for a permission now, and did not`]
  return before
    .filter(permission => !after.includes(permission))
    .map(permission => `${name}: who holds ${permission} is not let in any more`)
}

/** What callers send. */
const going = (where: string, before: Schema, after: Schema): string[] =>
  lines(where, refusals(before, after, { tolerant: false }), 'is refused now, and was not')

/** What callers get. */
const coming = (where: string, before: Schema, after: Schema): string[] =>
  lines(where, refusals(after, before, { tolerant: true }), 'may come, and is new to them')

const lines = (where: string, refused: readonly Refused[], verdict: string): string[] =>
  refused.map(({ at, what }) => `${where}${at === '' ? '' : ` ${at}`}: ${what} ${verdict}`)

const each = <Value>(
  before: Readonly<Record<string, Value>>,
  after: Readonly<Record<string, Value>>,
  compare: (name: string, before: Value, after: Value | undefined) => string[],
): string[] => Object.entries(before).flatMap(([name, value]) => compare(name, value, after[name]))
