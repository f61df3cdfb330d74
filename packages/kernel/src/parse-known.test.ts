import { expect, it } from 'vitest'
import { z } from 'zod'
import { parseKnown } from './parse-known.ts'

const money = z.strictObject({ amount: z.int() })
const paid = z.strictObject({ outcome: z.literal('paid'), total: money })
const declined = z.strictObject({ outcome: z.literal('declined') })

it.each([
  ['at the top', z.strictObject({ a: z.int() }), { a: 1, b: 2 }, { a: 1 }],
  [
    'further in',
    z.strictObject({ total: money }),
    { total: { amount: 1, tax: 2 } },
    { total: { amount: 1 } },
  ],
  ['in a list', z.array(money), [{ amount: 1, tax: 2 }, { amount: 3 }], [{ amount: 1 }, { amount: 3 }]],
  ['in a record', z.record(z.string(), money), { x: { amount: 1, tax: 2 } }, { x: { amount: 1 } }],
  [
    'at several depths at once',
    z.strictObject({ total: money }),
    { total: { amount: 1, tax: 2 }, more: true },
    { total: { amount: 1 } },
  ],
  [
    'in the option that is told by its word',
    z.discriminatedUnion('outcome', [paid, declined]),
    { outcome: 'paid', total: { amount: 1, tax: 2 }, at: 'noon' },
    { outcome: 'paid', total: { amount: 1 } },
  ],
  ['in the option that fits', z.union([z.string(), money]), { amount: 1, tax: 2 }, { amount: 1 }],
  [
    'in what may be nothing',
    z.strictObject({ total: money.nullable() }),
    { total: { amount: 1, tax: 2 } },
    { total: { amount: 1 } },
  ],
])('leaves out what the schema does not name: %s', (_, schema, value, known) => {
  const before = structuredClone(value)
  expect(parseKnown<z.ZodType>(schema, value).data).toStrictEqual(known)
  expect(value).toStrictEqual(before)
})

it.each([
  ['a field is missing', money, { tax: 2 }],
  ['a field is of another type', money, { amount: '1', tax: 2 }],
  ['no option fits', z.union([z.string(), money]), { amount: '1', tax: 2 }],
  ['there is no such outcome', z.discriminatedUnion('outcome', [paid, declined]), { outcome: 'lost' }],
])('is as strict as the schema otherwise: %s', (_, schema, value) => {
  expect(parseKnown<z.ZodType>(schema, value).success).toBe(false)
})
