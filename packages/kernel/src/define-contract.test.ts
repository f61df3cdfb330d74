import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  type Contract,
  declareError,
  defineContract,
  type EventDeclaration,
  event,
  NotFound,
  type Operation,
  operation,
  permission,
  versionOf,
} from './index.ts'

const nothing = z.undefined()
const example = { input: nothing, output: nothing, access: 'public' } as const
const sell = operation({ summary: 'Sell', ...example })

const shop = (parts: Partial<Contract>) =>
  defineContract({ name: 'shop', operations: {}, events: {}, permissions: {}, ...parts })
const having = (operations: Record<string, Operation>) => () => shop({ operations })
const taking = (input: z.ZodType) => having({ sell: { ...sell, input } })
const announcing =
  (...events: EventDeclaration[]) =>
  () =>
    shop({ events: Object.fromEntries(events.map((each, index) => [`event${index}`, each])) })

const sold = event('shop.sold', { summary: '', data: z.strictObject({ n: z.int() }), example: { n: 1 } })

describe('A contract', () => {
  it('is what was declared', () => {
    const contract = shop({ operations: { sell }, events: { sold } })
    expect(contract.operations.sell).toBe(sell)
    expect(contract.events.sold).toBe(sold)
  })

  it('has a name that a schema, a path and a prefix can have', () => {
    for (const name of ['', 'Shop', 'my-shop', 'shop.eu', '../shop'])
      expect(() => shop({ name })).toThrow(/no name/)
  })

  it('has a version that counts its changes', () => {
    for (const version of [0, 1.5, Number.NaN]) expect(() => shop({ version })).toThrow(/has version/)
    expect(versionOf(shop({}))).toBe(1)
    expect(versionOf(shop({ version: 3 }))).toBe(3)
  })

  it('names its operations so that no prototype is in their way, and no promise', () => {
    for (const name of ['constructor', 'toString', 'hasOwnProperty', 'then', 'Sell', 'sell-it', ''])
      expect(having({ [name]: sell })).toThrow(/no name/)
    expect(having(Object.fromEntries([['__proto__', sell]]))).toThrow(/no name/)
    expect(having({ __proto__: sell } as const)).toThrow(/__proto__/)
  })

  it('asks for no permission that it does not declare', () => {
    const rule = permission('shop:rule:any', { description: 'Rule.' })
    const operations = { sell: { ...sell, access: [rule] } as const }
    expect(() => shop({ operations })).toThrow(/shop:rule:any/)
    expect(() => shop({ operations, permissions: { rule } })).not.toThrow()
    expect(() => shop({ permissions: { rule: { ...rule, name: 'stock:rule:any' } } })).toThrow(
      /does not belong/,
    )
  })

  it('undoes by an operation that there is', () => {
    const joins = operation({ summary: 'Hold', ...example, tx: 'joins', undoneBy: 'release' })
    expect(having({ hold: joins })).toThrow(/release/)
    expect(having({ hold: { ...joins, undoneBy: 'toString' } })).toThrow(/toString/)
    expect(having({ hold: joins, release: sell })).not.toThrow()
  })

  it('announces only what is its own, once a version, with an example that fits', () => {
    expect(announcing(sold, { ...sold, version: 2 })).not.toThrow()
    expect(announcing(sold, sold)).toThrow(/twice/)
    expect(announcing({ ...sold, type: 'stock.sold' })).toThrow(/does not belong/)
    expect(announcing({ ...sold, type: 'shop.Sold' })).toThrow(/does not belong/)
    expect(announcing({ ...sold, version: 0 })).toThrow(/version 0/)
    expect(announcing({ ...sold, example: { n: 0.5 } })).toThrow(/example/)
  })

  it('means one thing by a code', () => {
    const spec = { kind: 'conflict', description: '' } as const
    const refusing = (...codes: string[]) =>
      having({ sell: { ...sell, errors: codes.map(code => declareError(code, spec)) } })
    expect(refusing('sold', 'gone')).not.toThrow()
    expect(refusing('sold', 'sold')).toThrow(/two errors called sold/)
    expect(refusing('internal')).toThrow(/two errors called internal/)
    expect(
      having({ sell: { ...sell, errors: [NotFound] }, buy: { ...sell, errors: [NotFound] } }),
    ).not.toThrow()
  })
})

describe('The schemas of a contract', () => {
  it.each([
    ['trims', z.string().trim()],
    ['lowers case', z.strictObject({ email: z.string().toLowerCase() })],
    ['transforms', z.array(z.string().transform(text => text))],
    ['preprocesses', z.preprocess(value => value, z.string())],
    ['fills in', z.strictObject({ a: z.strictObject({ b: z.int().default(1) }) })],
    ['fills in before parsing', z.string().prefault('x')],
    ['catches', z.union([z.int(), z.string().catch('x')])],
    ['coerces', z.record(z.string(), z.coerce.number())],
    ['has two sides', z.strictObject({ a: z.stringbool() }).optional()],
    ['takes dates', z.tuple([z.date()])],
    ['takes big integers', z.bigint().nullable()],
    ['takes maps', z.map(z.string(), z.string())],
    ['takes sets', z.set(z.string())],
    ['hides it behind a lazy one', z.lazy(() => z.string().trim())],
  ])('are refused where one %s', (_, schema) => {
    expect(taking(schema)).toThrow(/the input of shop.sell is not plain/)
    expect(having({ sell: { ...sell, output: schema } })).toThrow(/the output of shop.sell is not plain/)
  })

  it('are plain in errors and events, too', () => {
    const details = z.strictObject({ at: z.date() })
    const errors = [declareError('sold', { kind: 'conflict', description: '', details })]
    expect(having({ sell: { ...sell, errors } })).toThrow(/the error sold/)
    expect(announcing({ ...sold, data: details, example: { at: new Date() } })).toThrow(
      /event shop.sold is not plain/,
    )
  })

  it('may be bounded, checked, branded and recursive', () => {
    const tree = z.strictObject({
      name: z
        .string()
        .min(1)
        .refine(text => text.trim() !== ''),
      get children(): z.ZodArray<typeof tree> {
        return z.array(tree)
      },
    })
    expect(taking(tree)).not.toThrow()
    expect(taking(z.strictObject({ id: z.uuid().brand<'A', 'inout'>(), at: z.iso.datetime() }))).not.toThrow()
    expect(taking(z.discriminatedUnion('a', [z.strictObject({ a: z.literal('b') })]))).not.toThrow()
  })

  it('tell nothing from null, or take only one of them', () => {
    expect(taking(z.string().nullish())).toThrow(/both null and undefined/)
    expect(taking(z.string().nullable())).not.toThrow()
    expect(taking(z.string().optional())).not.toThrow()
  })
})
