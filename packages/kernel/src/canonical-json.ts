import { createHash } from 'node:crypto'

/** JSON that is the same for the same value, whatever the order of its keys; what is undefined is absent. */
export const canonicalJson = (value: unknown): string =>
  JSON.stringify(value, (_key, each: unknown) => (isRecord(each) ? inOrder(each) : each)) ?? ''

/** The first characters of a SHA-256 of a value as canonical JSON, in base64url: 6 bits each. */
export const digestOf = (value: unknown, characters: number): string =>
  createHash('sha256').update(canonicalJson(value)).digest('base64url').slice(0, characters)

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const inOrder = (record: object) =>
  Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
