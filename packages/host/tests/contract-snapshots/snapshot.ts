import { type Access, type Contract, versionOf } from '@plinth/kernel'
import { z } from 'zod'

/** A JSON Schema as it stands in a snapshot: what it means, without what it says to people. */
export type Schema = { readonly [keyword: string]: unknown }

/** A contract as data: all that whoever is of another release has to live with. */
export interface Snapshot {
  readonly name: string
  readonly version: number
  /** Roles by the name of the permission. */
  readonly permissions: Readonly<Record<string, readonly string[]>>
  /** By `type/version`. */
  readonly events: Readonly<Record<string, { readonly mandatory: boolean; readonly data: Schema }>>
  readonly operations: Readonly<Record<string, OperationSnapshot>>
}

/** See {@link Snapshot}. */
export interface OperationSnapshot {
  readonly tx: string
  readonly idempotent: boolean
  readonly undoneBy: string | null
  readonly access: string | readonly string[]
  readonly input: Schema
  readonly output: Schema
  readonly errors: Readonly<Record<string, { readonly kind: string; readonly details: Schema }>>
}

/** Takes one. */
export const snapshotOf = (contract: Contract): Snapshot => ({
  name: contract.name,
  version: versionOf(contract),
  permissions: byName(Object.values(contract.permissions), ({ name, roles }) => [name, roles]),
  events: byName(Object.values(contract.events), ({ type, version, mandatory, data }) => [
    `${type}/${version}`,
    { mandatory, data: schemaOf(data) },
  ]),
  operations: byName(Object.entries(contract.operations), ([name, operation]) => [
    name,
    {
      tx: operation.tx,
      idempotent: operation.idempotent,
      undoneBy: operation.undoneBy ?? null,
      access: accessOf(operation.access),
      input: schemaOf(operation.input),
      output: schemaOf(operation.output),
      errors: byName(operation.errors, ({ code, kind, details }) => [
        code,
        { kind, details: schemaOf(details) },
      ]),
    },
  ]),
})

const byName = <Item, Value>(
  items: readonly Item[],
  entry: (item: Item) => readonly [string, Value],
): Record<string, Value> =>
  Object.fromEntries(items.map(entry).toSorted(([one], [other]) => (one < other ? -1 : 1)))

const accessOf = (access: Access) => (typeof access === 'string' ? access : access.map(({ name }) => name))

/** Contract schemas mean the same on both sides. `z.undefined()` has no JSON; it stands as `not: {}`: nothing. */
const schemaOf = (schema: z.ZodType): Schema =>
  schema instanceof z.ZodUndefined ? { not: {} } : bare(z.toJSONSchema(schema, { unrepresentable: 'any' }))

const forPeople: ReadonlySet<string> = new Set(['$schema', 'title', 'description', 'examples', 'id'])
const schemaMaps: ReadonlySet<string> = new Set(['properties', '$defs'])
const schemaLists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const schemas: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'propertyNames'])

const bare = (schema: object): Schema =>
  Object.fromEntries(
    Object.entries(schema)
      .filter(([keyword]) => !forPeople.has(keyword))
      .map(([keyword, value]) => {
        if (schemaMaps.has(keyword) && isObject(value))
          return [
            keyword,
            Object.fromEntries(Object.entries(value).map(([name, each]) => [name, bareIf(each)])),
          ]
        if (schemaLists.has(keyword) && Array.isArray(value)) return [keyword, value.map(bareIf)]
        return [keyword, schemas.has(keyword) ? bareIf(value) : value]
      }),
  )

const bareIf = (value: unknown) => (isObject(value) ? bare(value) : value)

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
