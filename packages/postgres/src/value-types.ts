import type postgres from 'postgres'
import { arrayFrom, arrayText } from './array-text.ts'

/**
 * How values cross between JavaScript and PostgreSQL's text format, by type oid (`pg_type.dat`).
 * Types that are not named here come back as the text PostgreSQL prints: numeric, date, uuid, interval.
 */
export const valueTypes: Record<string, postgres.PostgresType<unknown>> = {
  int8: scalar(20, safeInteger, String),
  day: scalar(1082, asIs, dayText),
  timestamp: scalar(1114, asIs, momentText),
  moment: scalar(1184, text => new Date(text), momentText),
  json: scalar(114, text => JSON.parse(text), jsonText),
  jsonb: scalar(3802, text => JSON.parse(text), jsonText),
  ...arraysOf({
    bool: [1000, text => text === 't', String],
    bytea: [1001, text => Buffer.from(text.slice(2), 'hex'), byteaText],
    name: [1003, asIs, String],
    int2: [1005, Number, String],
    int4: [1007, Number, String],
    text: [1009, asIs, String],
    varchar: [1015, asIs, String],
    int8: [1016, safeInteger, String],
    float4: [1021, Number, String],
    float8: [1022, Number, String],
    timestamp: [1115, asIs, momentText],
    date: [1182, asIs, dayText],
    timestamptz: [1185, text => new Date(text), momentText],
    numeric: [1231, asIs, String],
    json: [199, text => JSON.parse(text), jsonText],
    uuid: [2951, asIs, String],
    jsonb: [3807, text => JSON.parse(text), jsonText],
  }),
}

type FromText = (text: string) => unknown
type ToText = (value: unknown) => string

function scalar(oid: number, parse: FromText, serialize: ToText): postgres.PostgresType<unknown> {
  return { to: oid, from: [oid], parse, serialize }
}

function arraysOf(kinds: Record<string, readonly [oid: number, FromText, ToText]>) {
  return Object.fromEntries(
    Object.entries(kinds).map(([name, [oid, parse, text]]) => [
      `${name}s`,
      scalar(
        oid,
        literal => arrayFrom(literal, parse),
        value => (Array.isArray(value) ? arrayText(value, text) : String(value)),
      ),
    ]),
  )
}

function asIs(text: string): string {
  return text
}

/** A number, as long as it is one that JavaScript can tell from its neighbours. */
function safeInteger(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError('a bigint beyond 2^53 does not fit a number')
  return value
}

function momentText(value: unknown): string {
  return value instanceof Date ? value.toISOString() : String(value)
}

function dayText(value: unknown): string {
  return value instanceof Date ? value.toISOString().slice(0, 10) : String(value)
}

function byteaText(value: unknown): string {
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value)
}

/** A string is JSON text already: that is how drizzle hands over the values of its json columns. */
function jsonText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
