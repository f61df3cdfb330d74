import fc from 'fast-check'
import { z } from 'zod'
import type { ApiDocument } from './api-document.ts'
import { type JsonTree, treeOf } from './json-tree.ts'
import { kindOf, placeholderOf } from './known-things.ts'

const schemaShape = z.looseObject({
  $ref: z.string().optional(),
  anyOf: z.array(z.record(z.string(), z.unknown())).optional(),
  oneOf: z.array(z.record(z.string(), z.unknown())).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().default(0),
  maxLength: z.number().default(40),
  minimum: z.number().default(-9_007_199_254_740_991),
  maximum: z.number().default(9_007_199_254_740_991),
  minItems: z.number().default(0),
  maxItems: z.number().default(3),
  items: z.record(z.string(), z.unknown()).optional(),
  properties: z.record(z.string(), z.record(z.string(), z.unknown())).default({}),
  required: z.array(z.string()).default([]),
})

/** Where a value stands: the document its schema is part of, the path it is sent to, the field it is in. */
export interface Place {
  readonly document: ApiDocument
  readonly path: string
  readonly field: string
}

/** Values that a schema takes, as far as schemas can tell: what a rule beyond them refuses is welcome, too. */
export const fitting = (given: unknown, place: Place): fc.Arbitrary<JsonTree> => {
  const schema = schemaShape.parse(given)
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    return fitting(place.document.components.schemas[name], place)
  }
  const several = schema.anyOf ?? schema.oneOf
  if (several !== undefined) return fc.oneof(...several.map(each => fitting(each, place)))
  if ('const' in schema && schema.const !== undefined) return fc.constant(treeOf(schema.const))
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum).map(treeOf)
  switch ([schema.type].flat()[0]) {
    case 'object':
      return objects(schema, place)
    case 'array':
      return fc
        .array(fitting(schema.items ?? {}, place), {
          minLength: schema.minItems,
          maxLength: Math.min(schema.maxItems, schema.minItems + 3),
        })
        .map(items => ({ items }))
    case 'integer':
    case 'number':
      return integers(schema.minimum, schema.maximum).map(treeOf)
    case 'boolean':
      return fc.boolean().map(treeOf)
    case 'null':
      return fc.constant(treeOf(null))
    default:
      return strings(schema, place).map(treeOf)
  }
}

type Schema = z.infer<typeof schemaShape>

const objects = ({ properties, required }: Schema, place: Place): fc.Arbitrary<JsonTree> =>
  fc
    .tuple(
      ...Object.entries(properties).map(([field, schema]) => {
        const value = fitting(schema, { ...place, field }).map(tree => [field, tree] as const)
        return required.includes(field) ? value : fc.option(value, { nil: undefined })
      }),
    )
    .map(fields => ({ fields: fields.filter(each => each !== undefined) }))

/** Small ones mostly, and both ends. */
const integers = (min: number, max: number): fc.Arbitrary<number> =>
  fc.oneof(
    fc.integer({ min: Math.max(min, -5), max: Math.min(max, 2000) }),
    fc.constantFrom(min, max),
    fc.maxSafeInteger().map(n => Math.min(max, Math.max(min, n))),
  )

const strings = (
  { format, pattern, minLength, maxLength }: Schema,
  { path, field }: Place,
): fc.Arbitrary<string> => {
  const kind = kindOf(field, path)
  const known = kind && fc.nat(50).map(number => placeholderOf(kind, number))
  const others = otherStrings(format, pattern, minLength, maxLength)
  return known === undefined ? others : fc.oneof({ arbitrary: known, weight: 5 }, others)
}

const otherStrings = (
  format: string | undefined,
  pattern: string | undefined,
  minLength: number,
  maxLength: number,
): fc.Arbitrary<string> => {
  if (format === 'email') return fc.nat(9999).map(n => `someone.${n}@plinth.example`)
  if (format === 'date-time')
    return fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map(at => at.toISOString())
  if (format === 'uuid') return fc.uuid({ version: 7 })
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  const any = { minLength, maxLength: Math.min(maxLength, minLength + 60) }
  return fc.oneof(
    fc.string(any),
    fc.string({ ...any, unit: 'grapheme' }),
    fc.string({ ...any, unit: 'binary' }),
  )
}
