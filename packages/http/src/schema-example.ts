import type { Json } from './schema-components.ts'

/**
 * An example of a JSON Schema: the one it gives, or one made of those that its parts give. Of an object the
 * required fields are shown; where none is required, as of a change, the first.
 *
 * @param components the schemas that `#/components/schemas/...` refers to
 */
export const exampleOf = (schema: unknown, components: Json): unknown => {
  const example = (each: unknown, depth: number): unknown => {
    const { $ref, examples, ...plain } = asObject(each)
    if (Array.isArray(examples) && examples.length > 0) return examples[0]
    if (typeof $ref === 'string') return example(components[$ref.replace(/^.*\//, '')], depth)
    for (const given of ['example', 'const', 'default']) if (given in plain) return plain[given]
    if (Array.isArray(plain.enum)) return plain.enum[0]
    const options = [plain.anyOf, plain.oneOf, plain.allOf].find(Array.isArray)
    if (options !== undefined) return example(options.find(option => !isNull(option)) ?? null, depth)
    return ofType(plain, depth)
  }
  const ofType = (schema: Json, depth: number): unknown => {
    switch ([schema.type].flat().find(type => type !== 'null')) {
      case 'object':
        return ofObject(schema, depth)
      case 'array':
        return depth > maxDepth || schema.items === undefined ? [] : [example(schema.items, depth + 1)]
      case 'string':
        return ofString(schema)
      case 'integer':
      case 'number':
        return typeof schema.minimum === 'number' ? Math.max(schema.minimum, 1) : 1
      case 'boolean':
        return true
      default:
        return null
    }
  }
  const ofObject = ({ properties, required }: Json, depth: number): unknown => {
    const fields = Object.entries(asObject(properties))
    const needed = fields.filter(([name]) => Array.isArray(required) && required.includes(name))
    const shown = needed.length > 0 ? needed : fields.slice(0, 1)
    return Object.fromEntries(shown.map(([name, field]) => [name, example(field, depth + 1)]))
  }
  return example(schema, 0)
}

/** A tree is shown to this depth. */
const maxDepth = 4

const byFormat: Readonly<Record<string, string>> = {
  uuid: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
  'date-time': '2026-11-23T08:00:00.000Z',
  email: 'ada@example.com',
  uri: 'https://shop.example',
}

const ofString = ({ format, minLength, maxLength }: Json): string => {
  const plain = (typeof format === 'string' ? byFormat[format] : undefined) ?? 'text'
  const long = typeof minLength === 'number' ? plain.padEnd(minLength, '.') : plain
  return typeof maxLength === 'number' ? long.slice(0, maxLength) : long
}

const isNull = (schema: unknown): boolean => asObject(schema).type === 'null'

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
