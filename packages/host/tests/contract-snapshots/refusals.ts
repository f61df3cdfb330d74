import { isDeepStrictEqual } from 'node:util'
import type { Schema } from './snapshot.ts'

/** Something that one schema takes and another does not. */
export interface Refused {
  /** Where, as a JSON pointer; any item of a list is a star. */
  readonly at: string
  readonly what: string
}

/** How to compare. */
export interface Reading {
  /** Whoever reads by the second schema leaves out what that does not name. */
  readonly tolerant: boolean
}

/**
 * What the first schema takes and the second does not: nothing where all of it is taken. Where that is not easily
 * said (another pattern, a keyword that is not known here) it is taken for a difference.
 */
export const refusals = (given: Schema, taken: Schema, reading: Reading): Refused[] =>
  compare({ given, taken, ...reading, seen: new Set() }, given, taken, '')

interface Comparison extends Reading {
  /** The whole documents, for references. */
  readonly given: Schema
  readonly taken: Schema
  readonly seen: Set<string>
}

const compare = (comparison: Comparison, one: unknown, other: unknown, at: string): Refused[] => {
  const given = resolved(comparison.given, one)
  const taken = resolved(comparison.taken, other)
  const mark = `${JSON.stringify(one)} ${JSON.stringify(other)}`
  if (comparison.seen.has(mark) && '$ref' in asSchema(one)) return []
  comparison.seen.add(mark)
  if (Object.keys(taken).length === 0) return []
  const options = optionsOf(given)
  if (options.length > 1 || optionsOf(taken).length > 1)
    return options.flatMap(option => closest(comparison, option, optionsOf(taken), at))
  return [
    ...ofType(given, taken, at),
    ...ofValues(given, taken, at),
    ...ofLimits(given, taken, at),
    ...ofList(comparison, given, taken, at),
    ...ofObject(comparison, given, taken, at),
    ...ofTheRest(given, taken, at),
  ]
}

/** An option has to be taken by some option; where none does, the one that is nearest says why. */
const closest = (
  comparison: Comparison,
  option: Schema,
  options: readonly Schema[],
  at: string,
): Refused[] => {
  const attempts = options.map(each =>
    compare({ ...comparison, seen: new Set(comparison.seen) }, option, each, at),
  )
  const [best = []] = attempts.toSorted((a, b) => a.length - b.length)
  if (best.length === 0) return []
  // One that has no counterpart is told of as a whole.
  const hasCounterpart = options.some(
    each => each.type === option.type && isDeepStrictEqual(tagsOf(each), tagsOf(option)),
  )
  return hasCounterpart ? best : [{ at, what: describe(option) }]
}

const tagsOf = (schema: Schema) =>
  Object.entries(asSchema(schema.properties)).flatMap(([name, each]) =>
    'const' in asSchema(each) ? [[name, asSchema(each).const]] : [],
  )

const ofType = (given: Schema, taken: Schema, at: string): Refused[] => {
  if (taken.type === undefined || given.type === taken.type) return []
  if (given.type === 'integer' && taken.type === 'number') return []
  return [{ at, what: describe(given) }]
}

const valuesOf = (schema: Schema): readonly unknown[] | undefined =>
  'const' in schema ? [schema.const] : Array.isArray(schema.enum) ? schema.enum : undefined

const ofValues = (given: Schema, taken: Schema, at: string): Refused[] => {
  const allowed = valuesOf(taken)
  if (allowed === undefined) return []
  const values = valuesOf(given)
  if (values === undefined)
    return [{ at, what: `anything but ${allowed.map(each => JSON.stringify(each)).join(', ')}` }]
  return values.filter(value => !allowed.includes(value)).map(value => ({ at, what: JSON.stringify(value) }))
}

const lower = {
  minimum: 'less than',
  exclusiveMinimum: 'no more than',
  minLength: 'fewer characters than',
  minItems: 'fewer items than',
}
const upper = {
  maximum: 'more than',
  exclusiveMaximum: 'no less than',
  maxLength: 'more characters than',
  maxItems: 'more items than',
}

const ofLimits = (given: Schema, taken: Schema, at: string): Refused[] => {
  const numberIn = (schema: Schema, keyword: string) => {
    const value = schema[keyword]
    return typeof value === 'number' ? value : undefined
  }
  const beyond = (
    limits: Readonly<Record<string, string>>,
    exceeds: (given: number, taken: number) => boolean,
  ) =>
    Object.entries(limits).flatMap(([keyword, words]) => {
      const limit = numberIn(taken, keyword)
      const before = numberIn(given, keyword)
      return limit === undefined || (before !== undefined && !exceeds(before, limit))
        ? []
        : [{ at, what: `${words} ${limit}` }]
    })
  // What has one of few values has no limits.
  if (valuesOf(given) !== undefined) return []
  return [
    ...beyond(lower, (before, limit) => before < limit),
    ...beyond(upper, (before, limit) => before > limit),
  ]
}

const ofList = (comparison: Comparison, given: Schema, taken: Schema, at: string): Refused[] =>
  given.items === undefined || taken.items === undefined
    ? []
    : compare(comparison, given.items, taken.items, `${at}/*`)

const ofObject = (comparison: Comparison, given: Schema, taken: Schema, at: string): Refused[] => {
  if (given.type !== 'object' || taken.type !== 'object') return []
  const [fields, known] = [asSchema(given.properties), asSchema(taken.properties)]
  const always = listOf(given.required)
  const missing = listOf(taken.required)
    .filter(name => !always.includes(name))
    .map(name => ({ at: `${at}/${String(name)}`, what: 'its absence' }))
  const more = Object.entries(fields).flatMap(([name, field]) => {
    if (name in known) return compare(comparison, field, known[name], `${at}/${name}`)
    if (comparison.tolerant || taken.additionalProperties !== false) return []
    return [{ at: `${at}/${name}`, what: 'this field' }]
  })
  return [...missing, ...more, ...ofOthers(comparison, given, taken, at)]
}

/** Of records: the values of all fields that have no name in the schema. */
const ofOthers = (comparison: Comparison, given: Schema, taken: Schema, at: string): Refused[] => {
  const [one, other] = [given.additionalProperties, taken.additionalProperties]
  if (one === false || other === undefined || other === true || isDeepStrictEqual(one, other)) return []
  if (other === false) return comparison.tolerant ? [] : [{ at, what: 'fields of any name' }]
  return compare(comparison, one ?? {}, other, `${at}/*`)
}

const compared: ReadonlySet<string> = new Set([
  ...[
    'type',
    'const',
    'enum',
    'items',
    'properties',
    'required',
    'additionalProperties',
    '$defs',
    'anyOf',
    'oneOf',
  ],
  ...Object.keys({ ...lower, ...upper }),
])

/** Patterns, formats, and whatever else may come. */
const ofTheRest = (given: Schema, taken: Schema, at: string): Refused[] =>
  Object.keys(taken)
    .filter(keyword => !compared.has(keyword) && !isDeepStrictEqual(given[keyword], taken[keyword]))
    .map(keyword => ({ at, what: `what is not of ${keyword} ${JSON.stringify(taken[keyword])}` }))

/** The alternatives of a schema; one of them where there is no choice. */
const optionsOf = (schema: Schema): Schema[] => {
  for (const choice of [schema.anyOf, schema.oneOf]) if (Array.isArray(choice)) return choice.map(asSchema)
  return Array.isArray(schema.type) ? schema.type.map(type => ({ ...schema, type })) : [schema]
}

const resolved = (document: Schema, value: unknown): Schema => {
  const schema = asSchema(value)
  const name = typeof schema.$ref === 'string' ? /^#\/\$defs\/(.+)$/.exec(schema.$ref)?.[1] : undefined
  if (name !== undefined) return resolved(document, asSchema(document.$defs)[name])
  return schema.$ref === '#' ? document : schema
}

const describe = (schema: Schema): string => {
  const values = valuesOf(schema)
  if (values !== undefined) return values.map(value => JSON.stringify(value)).join(', ')
  const tags = tagsOf(schema).map(([name, value]) => `${String(name)} ${JSON.stringify(value)}`)
  return tags.length > 0
    ? `an object with ${tags.join(', ')}`
    : `what is ${String(schema.type ?? 'anything')}`
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

function asSchema(value: unknown): Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
