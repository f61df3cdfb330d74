import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Contract,
  declareError,
  defineContract,
  event,
  type Operation,
  operation,
  permission,
} from '@plinth/kernel'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { contracts } from '../src/index.ts'
import { linkContract } from '../src/wire/link-contract.ts'
import { differences } from './contract-snapshots/compatibility.ts'
import { type Snapshot, snapshotOf } from './contract-snapshots/snapshot.ts'

const folder = join(import.meta.dirname, 'contract-snapshots')
const noting = process.env.UPDATE_CONTRACTS !== undefined
const all = [...contracts, linkContract]
const fileOf = (name: string) => join(folder, `${name}.json`)

const noted = (name: string): Snapshot | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(name), 'utf8'))
  } catch {
    return undefined
  }
}

describe('a contract fits together with the one that was noted', () => {
  it.each(all.map(contract => [contract.name, contract] as const))('%s', (name, contract) => {
    const [before, after] = [noted(name), snapshotOf(contract)]
    const { changed, incompatible } =
      before === undefined ? { changed: true, incompatible: [] } : differences(before, after)
    if (before !== undefined && after.version === before.version)
      expect(incompatible, `give ${name} the next version, and UPDATE_CONTRACTS=1 notes it`).toEqual([])
    if (changed && noting) writeFileSync(fileOf(name), `${JSON.stringify(after, undefined, 2)}\n`)
    else expect(after, 'it is compatible: UPDATE_CONTRACTS=1 notes it').toEqual(before)
  })

  it('and none is missing', () => {
    const names = readdirSync(folder).flatMap(file => /^(.+)\.json$/.exec(file)?.[1] ?? [])
    expect(names.toSorted()).toEqual(all.map(({ name }) => name).toSorted())
  })
})

const see = permission('shop:see:own', { description: 'See.' })
const rule = permission('shop:rule:any', { description: 'Rule.' })
const Gone = declareError('gone', {
  kind: 'conflict',
  description: '',
  details: z.strictObject({ at: z.string() }),
})
const Late = declareError('late', { kind: 'conflict', description: '' })

const line = z.strictObject({
  sku: z.string().max(20),
  quantity: z.int().min(1).max(99),
  note: z.string().optional(),
})
const outcome = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('sold'), total: z.int() }),
  z.strictObject({ is: z.literal('held'), until: z.string().nullable(), status: z.enum(['new', 'old']) }),
])
const sell: Operation = operation({
  summary: 'Sell',
  input: z.strictObject({ lines: z.array(line).max(10), by: z.enum(['card', 'cash']) }),
  output: outcome,
  errors: [Gone],
  tx: 'joins',
  idempotent: true,
  undoneBy: 'take',
  access: [see, rule],
})
const take = operation({
  summary: 'Take back',
  input: z.undefined(),
  output: z.undefined(),
  access: 'public',
})
const sold = event('shop.sold', {
  summary: '',
  data: z.strictObject({ sku: z.string() }),
  example: { sku: '' },
})
const base: Contract = {
  name: 'shop',
  permissions: { see, rule },
  events: { sold },
  operations: { sell, take },
}

const withSell = (changes: Partial<Operation>): Contract => ({
  ...base,
  operations: { take, sell: { ...sell, ...changes } },
})
const withLine = (changed: z.ZodObject) =>
  withSell({ input: z.strictObject({ lines: z.array(changed).max(10), by: z.enum(['card', 'cash']) }) })
const withOutput = (output: z.ZodType) => withSell({ output })
const compared = (contract: Contract) =>
  differences(snapshotOf(defineContract(base)), snapshotOf(defineContract(contract)))
const [soldOption, heldOption] = outcome.options

describe('whoever is of an older release', () => {
  it.each<[string, Contract]>([
    ['a field that may be left out', withLine(line.extend({ gift: z.boolean().optional() }))],
    [
      'a field that need not be given any more',
      withLine(line.extend({ quantity: z.int().min(1).max(99).optional() })),
    ],
    ['wider limits', withLine(line.extend({ quantity: z.int().min(0).max(999) }))],
    ['any number', withLine(line.extend({ quantity: z.number() }))],
    ['nothing as well', withLine(line.extend({ sku: z.string().max(20).nullable() }))],
    [
      'one more choice',
      withSell({
        input: z.strictObject({ lines: z.array(line).max(10), by: z.enum(['card', 'cash', 'bank']) }),
      }),
    ],
    [
      'more in an answer',
      withOutput(z.discriminatedUnion('is', [soldOption.extend({ tax: z.int() }), heldOption])),
    ],
    [
      'narrower limits in an answer',
      withOutput(z.discriminatedUnion('is', [soldOption.extend({ total: z.int().min(0) }), heldOption])),
    ],
    ['one outcome less', withOutput(soldOption)],
    ['one refusal less', withSell({ errors: [] })],
    [
      'more in a refusal',
      withSell({
        errors: [
          declareError('gone', {
            kind: 'conflict',
            description: '',
            details: z.strictObject({ at: z.string(), by: z.string() }),
          }),
        ],
      }),
    ],
    ['others who may', withSell({ access: [see, rule, permission('shop:sell:any', { description: '' })] })],
    ['a new operation', { ...base, operations: { ...base.operations, wrap: take } }],
    [
      'more in an event',
      {
        ...base,
        events: {
          sold: event('shop.sold', {
            summary: '',
            data: z.strictObject({ sku: z.string(), at: z.string() }),
            example: { sku: '', at: '' },
          }),
        },
      },
    ],
  ])('can live with %s', (_, contract) => {
    const declared = {
      ...contract,
      permissions: { ...base.permissions, more: permission('shop:sell:any', { description: '' }) },
    }
    const access = Object.values(contract.operations).flatMap(each =>
      typeof each.access === 'string' ? [] : each.access,
    )
    const known = Object.fromEntries(
      [...new Set([...Object.values(base.permissions), ...access])].map(each => [each.name, each]),
    )
    expect(compared({ ...declared, permissions: known })).toEqual({ changed: true, incompatible: [] })
  })

  it.each<[string, Contract, string]>([
    [
      'a field that must be given',
      withLine(line.extend({ gift: z.boolean() })),
      'shop: sell, input /lines/*/gift: its absence is refused now, and was not',
    ],
    [
      'a field that must be given now',
      withLine(line.extend({ note: z.string() })),
      'shop: sell, input /lines/*/note: its absence is refused now, and was not',
    ],
    [
      'a field that is not taken any more',
      withLine(line.omit({ note: true })),
      'shop: sell, input /lines/*/note: this field is refused now, and was not',
    ],
    [
      'a narrower limit',
      withLine(line.extend({ quantity: z.int().min(1).max(9) })),
      'shop: sell, input /lines/*/quantity: more than 9 is refused now, and was not',
    ],
    [
      'another type',
      withLine(line.extend({ quantity: z.string() })),
      'shop: sell, input /lines/*/quantity: what is integer is refused now, and was not',
    ],
    [
      'a pattern',
      withLine(line.extend({ sku: z.string().max(20).regex(/^A/) })),
      'shop: sell, input /lines/*/sku: what is not of pattern "^A" is refused now, and was not',
    ],
    [
      'one choice less',
      withSell({ input: z.strictObject({ lines: z.array(line).max(10), by: z.enum(['card']) }) }),
      'shop: sell, input /by: "cash" is refused now, and was not',
    ],
    [
      'fewer lines',
      withSell({ input: z.strictObject({ lines: z.array(line).max(5), by: z.enum(['card', 'cash']) }) }),
      'shop: sell, input /lines: more items than 5 is refused now, and was not',
    ],
    [
      'less in an answer',
      withOutput(z.discriminatedUnion('is', [soldOption.omit({ total: true }), heldOption])),
      'shop: sell, output /total: its absence may come, and is new to them',
    ],
    [
      'an answer that may lack something',
      withOutput(z.discriminatedUnion('is', [soldOption.extend({ total: z.int().optional() }), heldOption])),
      'shop: sell, output /total: its absence may come, and is new to them',
    ],
    [
      'nothing in an answer',
      withOutput(z.discriminatedUnion('is', [soldOption.extend({ total: z.int().nullable() }), heldOption])),
      'shop: sell, output /total: what is null may come, and is new to them',
    ],
    [
      'a new word in an answer',
      withOutput(
        z.discriminatedUnion('is', [
          soldOption,
          heldOption.extend({ status: z.enum(['new', 'old', 'lost']) }),
        ]),
      ),
      'shop: sell, output /status: "lost" may come, and is new to them',
    ],
    [
      'a new outcome',
      withOutput(
        z.discriminatedUnion('is', [soldOption, heldOption, z.strictObject({ is: z.literal('lost') })]),
      ),
      'shop: sell, output: an object with is "lost" may come, and is new to them',
    ],
    [
      'a new refusal',
      withSell({ errors: [Gone, Late] }),
      'shop: sell: it is refused with late, which is new to callers',
    ],
    [
      'another kind of refusal',
      withSell({
        errors: [
          declareError('gone', {
            kind: 'not_found',
            description: '',
            details: z.strictObject({ at: z.string() }),
          }),
        ],
      }),
      'shop: sell: gone is not_found, and was conflict',
    ],
    [
      'fewer who may',
      withSell({ access: [rule] }),
      'shop: sell: who holds shop:see:own is not let in any more',
    ],
    [
      'what may not be repeated any more',
      withSell({ idempotent: false }),
      'shop: sell: callers may still repeat it',
    ],
    [
      'what joins no transaction any more',
      withSell({ tx: 'never' }),
      'shop: sell: it joins no transaction any more',
    ],
    [
      'an operation that is gone',
      { ...base, operations: { sell: { ...sell, undoneBy: 'sell' } } },
      'shop: take: there is no such operation any more',
    ],
    [
      'an event that is gone',
      { ...base, events: {} },
      'shop: event shop.sold/1: it is not announced any more',
    ],
    [
      'less in an event',
      {
        ...base,
        events: { sold: event('shop.sold', { summary: '', data: z.strictObject({}), example: {} }) },
      },
      'shop: event shop.sold/1 /sku: its absence may come, and is new to them',
    ],
  ])('cannot live with %s', (_, contract, line) => {
    expect(compared(contract).incompatible).toContain(line)
  })
})
