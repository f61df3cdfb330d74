import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseInput, pointerTo, ValidationFailed } from './index.ts'

const violations = (schema: z.ZodType, value: unknown) => {
  try {
    parseInput(schema, value)
    return []
  } catch (error) {
    if (!ValidationFailed.is(error)) throw error
    return error.details.errors
  }
}

/** Reads a pointer as RFC 6901 says, section 4. */
const resolve = (pointer: string, from: unknown): unknown =>
  pointer
    .split('/')
    .slice(1)
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : at), from)

describe('A pointer', () => {
  it('leads to the field it was made for, whatever the field is called', () => {
    const key = fc.oneof(fc.string(), fc.constantFrom('~', '/', '~1', '~0', '', 'a/b~c', '0'))
    fc.assert(
      fc.property(fc.array(key, { minLength: 1, maxLength: 4 }), path => {
        const nested = path.reduceRight<unknown>((inner, each) => Object.fromEntries([[each, inner]]), 'here')
        expect(resolve(pointerTo(path), nested)).toBe('here')
      }),
    )
  })

  it('to the whole is empty', () => {
    expect(pointerTo([])).toBe('')
    expect(violations(z.strictObject({}), 'text')).toMatchObject([{ pointer: '' }])
  })
})

describe('An input', () => {
  const schema = z.strictObject({
    lines: z.array(z.strictObject({ quantity: z.int().min(1), note: z.string().optional() })),
    names: z.record(z.string(), z.string()).optional(),
  })

  it('is told of everything that is wrong with it', () => {
    const value = { lines: [{ quantity: 1 }, { quantity: 0, price: 5, 'a/b': 1 }], extra: true }
    expect(violations(schema, value)).toStrictEqual([
      { pointer: '/lines/1/quantity', detail: expect.any(String) },
      { pointer: '/lines/1/price', detail: 'There is no such field.' },
      { pointer: '/lines/1/a~1b', detail: 'There is no such field.' },
      { pointer: '/extra', detail: 'There is no such field.' },
    ])
  })

  it('is told of no more than a hundred things', () => {
    expect(violations(schema, { lines: Array(5000).fill(1) })).toHaveLength(100)
  })

  it('holds no text that a database cannot keep, in values and in names', () => {
    expect(violations(schema, { lines: [{ quantity: 1, note: 'a\0' }] })).toMatchObject([
      { pointer: '/lines/0/note' },
    ])
    expect(violations(schema, { lines: [], names: { '\udc00': 'x' } })).toMatchObject([{ pointer: '/names' }])
    expect(violations(schema, { lines: [{ quantity: 1, note: '😀 é\n' }] })).toStrictEqual([])
  })

  it('comes out as a copy without what is undefined', () => {
    const value = { lines: [{ quantity: 1, note: undefined }], names: undefined }
    const parsed = parseInput(schema, value)
    expect(parsed).toStrictEqual({ lines: [{ quantity: 1 }] })
    expect(parsed.lines).not.toBe(value.lines)
  })

  it('cannot reach a prototype', () => {
    const hostile: unknown = JSON.parse('{"lines":[],"names":{"__proto__":"x","constructor":"y"}}')
    const { names } = parseInput(schema, hostile)
    expect(Object.getPrototypeOf(names)).toBe(Object.prototype)
    expect(violations(z.strictObject({}), JSON.parse('{"__proto__":{}}'))).toMatchObject([
      { pointer: '/__proto__' },
    ])
  })
})
