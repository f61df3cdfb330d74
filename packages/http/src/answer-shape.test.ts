import { freeze } from '@plinth/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { shapeOf } from './answer-shape.ts'

const money = z.strictObject({ amount: z.int(), currency: z.string() })
const event = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sale'), order: z.string() }),
  z.strictObject({ kind: z.literal('gift'), from: z.strictObject({ name: z.string() }) }),
])
const category = z.strictObject({
  name: z.string(),
  get children() {
    return z.array(category)
  },
})
const product = z.strictObject({
  id: z.string(),
  price: money.nullable(),
  tags: z.record(z.string(), z.string()),
  prices: z.record(z.string(), money).optional(),
  events: z.array(event),
  anything: z.unknown(),
  open: z.looseObject({ a: z.number() }).optional(),
  either: z.union([z.string(), money]).optional(),
  category: category.optional(),
})

const shaped = (schema: z.ZodType, value: unknown) => {
  const excess: string[] = []
  return { value: shapeOf(schema)(value, pointer => excess.push(pointer)), excess }
}

const fits = {
  id: '1',
  price: { amount: 1, currency: 'USD' },
  tags: { any: 'name' },
  prices: { usual: { amount: 2, currency: 'USD' } },
  events: [
    { kind: 'sale', order: 'o' },
    { kind: 'gift', from: { name: 'Ada' } },
  ],
  anything: { at: ['all'] },
  open: { a: 1, b: 2 },
  either: { amount: 3, currency: 'USD' },
  category: { name: 'a', children: [{ name: 'b', children: [] }] },
}

describe('An answer', () => {
  it('that fits is passed on as it is', () => {
    const { value, excess } = shaped(product, fits)
    expect(value).toBe(fits)
    expect(excess).toStrictEqual([])
  })

  it('loses what its schema does not name, at any depth, and it is told where', () => {
    const leaking = {
      ...fits,
      passwordHash: 'x',
      price: { amount: 1, currency: 'USD', cost: 0 },
      prices: { usual: { amount: 2, currency: 'USD', margin: 9 } },
      events: [
        { kind: 'sale', order: 'o', from: { name: 'not of a sale' } },
        { kind: 'gift', from: { name: 'Ada', email: 'ada@example.com' } },
      ],
      either: { amount: 3, currency: 'USD', secret: 1 },
      category: { name: 'a', children: [{ name: 'b', children: [], secret: 1 }] },
    }
    const { value, excess } = shaped(product, leaking)
    expect(value).toStrictEqual(fits)
    expect(excess.sort()).toStrictEqual([
      '/category/children/0/secret',
      '/either/secret',
      '/events/0/from',
      '/events/1/from/email',
      '/passwordHash',
      '/price/cost',
      '/prices/usual/margin',
    ])
    expect(leaking.passwordHash).toBe('x')
  })

  it('that never changes is found to fit once, and loses what does not each time', () => {
    const shape = shapeOf(z.strictObject({ data: z.array(product) }))
    const excess: string[] = []
    const kept = freeze(structuredClone(fits))
    const leaking = freeze({ ...structuredClone(fits), secret: 1 })
    for (let round = 0; round < 2; round++)
      expect(shape({ data: [kept, leaking] }, pointer => excess.push(pointer))).toStrictEqual({
        data: [fits, fits],
      })
    expect(excess).toStrictEqual(['/data/1/secret', '/data/1/secret'])
  })

  it('of another kind than its schema is left as it is', () => {
    for (const value of [null, 1, 'text', undefined]) expect(shaped(product, value).value).toBe(value)
  })

  it('holds, whatever is in it, only named fields, and all of those', () => {
    const named = z.object({ a: z.unknown().optional(), b: z.unknown().optional() })
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'toString'), fc.jsonValue()),
        given => {
          const { value } = shaped(named, given)
          const kept = Object.entries(given).filter(([name]) => name === 'a' || name === 'b')
          expect(JSON.stringify(value)).toBe(JSON.stringify(Object.fromEntries(kept)))
        },
      ),
    )
  })
})
