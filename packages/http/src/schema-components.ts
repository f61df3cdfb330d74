import { z } from 'zod'
import { exampleOf } from './schema-example.ts'

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>

/** Gathers the JSON Schemas of a document: those with a `meta({ id })` become components, once each. */
export const collectComponents = () => {
  const components = new Map<string, unknown>()
  /** The schema, with references to components in place of what has a name. */
  const refer = (schema: z.ZodType, io: 'input' | 'output'): Json => {
    const { $schema: _, $defs = {}, ...plain } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
    for (const [name, definition] of Object.entries($defs)) {
      if (!components.has(name)) components.set(name, withoutId(rewritten(definition)))
    }
    const id = z.globalRegistry.get(schema)?.id
    if (id === undefined) return asObject(rewritten(plain))
    if (!components.has(id)) components.set(id, withoutId(rewritten(selfReferring(plain, id))))
    return { $ref: `#/components/schemas/${id}` }
  }
  return {
    refer,
    /** A JSON body: its schema, and an example that fits it where one can be made. */
    media: (body: z.ZodType, io: 'input' | 'output'): Json => {
      const schema = refer(body, io)
      const example = exampleOf(schema, Object.fromEntries(components))
      return { 'application/json': { schema, ...(body.safeParse(example).success && { example }) } }
    },
    schemas: (): Json => Object.fromEntries([...components].sort(([a], [b]) => (a < b ? -1 : 1))),
  }
}

/** See {@link collectComponents}. */
export type Components = ReturnType<typeof collectComponents>

/** `#/$defs/Money` is `#/components/schemas/Money` in a document. */
const rewritten = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(rewritten)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string'
        ? each.replace('#/$defs/', '#/components/schemas/')
        : rewritten(each),
    ]),
  )
}

/** A recursive schema calls itself `#`: in a document it has a place. */
const selfReferring = (schema: object, id: string): unknown =>
  JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#"', `"$ref":"#/$defs/${id}"`))

const withoutId = (value: unknown): Json => {
  const { id: _, ...rest } = asObject(value)
  return rest
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
