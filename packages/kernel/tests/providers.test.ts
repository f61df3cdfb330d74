import {
  anonymous,
  type CallContext,
  type Client,
  ContractError,
  contextOf,
  type Implementation,
  Internal,
  NotFound,
  newId,
  service,
  ValidationFailed,
} from '@plinth/kernel'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Counting, OutOfStock, type ShelfContract } from './shelf-contract.ts'
import { outcomeOf, roads, shelf } from './shelf-providers.ts'

const itemId = newId<'Item'>()
const item = { itemId, label: 'Tea', left: 3, tags: ['hot'], parent: null }
const job = contextOf(service('orders'))
const someone = (...permissions: string[]): CallContext =>
  contextOf({ kind: 'user', id: newId(), roles: ['user'], permissions })

/** Makes one call by each road; all must come to the same. */
const throughAll = async (
  partial: Partial<Implementation<ShelfContract>>,
  call: (client: Client<ShelfContract>) => Promise<unknown>,
) => {
  const outcomes = await Promise.all(
    roads(shelf(partial)).map(async ([road, client]) => ({ road, outcome: await outcomeOf(call(client)) })),
  )
  const [first] = outcomes
  for (const { road, outcome } of outcomes) expect(outcome, road).toStrictEqual(first?.outcome)
  return first?.outcome
}

const refusalOf = (error: ContractError) => ({
  refused: { code: error.code, kind: error.kind, message: error.message, details: error.details },
})

describe('By reference, strict and remote alike, a call', () => {
  it('gives what the operation gives', async () => {
    const outcome = await throughAll({ getItem: async () => item }, each => each.getItem(job, { itemId }))
    expect(outcome).toStrictEqual({ gave: item })
  })

  it('gives nothing where the operation gives nothing', async () => {
    const outcome = await throughAll({ release: async () => undefined }, each =>
      each.release(job, { itemId }),
    )
    expect(outcome).toStrictEqual({ gave: undefined })
  })

  it('tells null from nothing, going in and coming out', async () => {
    const asked: unknown[] = []
    const operations: Partial<Implementation<ShelfContract>> = {
      findItem: async (_, label) => {
        asked.push(label)
        return null
      },
      countAll: async (_, input) => {
        asked.push(input)
        return 0
      },
    }
    expect(await throughAll(operations, each => each.findItem(job, null))).toStrictEqual({ gave: null })
    expect(await throughAll(operations, each => each.countAll(job, undefined))).toStrictEqual({ gave: 0 })
    expect(asked).toStrictEqual([null, null, null, undefined, undefined, undefined])
  })

  it('refuses with the declared error, its details and its own message', async () => {
    const refusal = OutOfStock({ itemId, left: 2 }, 'Two are left.')
    const hold = () => Promise.reject(refusal)
    expect(await throughAll({ hold }, each => each.hold(job, { itemId, quantity: 3 }))).toStrictEqual(
      refusalOf(refusal),
    )
  })

  it('refuses with the declared error where there are no details', async () => {
    const hold = () => Promise.reject(Counting())
    expect(await throughAll({ hold }, each => each.hold(job, { itemId, quantity: 3 }))).toStrictEqual(
      refusalOf(Counting()),
    )
  })

  it.each([
    ['an error nobody declared', new Error('password=hunter2')],
    ['something that is no error', 'hunter2'],
    ['an error that only another operation declares', NotFound('hunter2')],
    ['an internal error with words of its own', Internal('hunter2')],
    [
      'a declared code under another kind',
      new ContractError('out_of_stock', 'forbidden', 'hunter2', { itemId, left: 1 }),
    ],
    [
      'a declared error with other details',
      new ContractError('out_of_stock', 'conflict', 'hunter2', 'hunter2'),
    ],
  ])('becomes internal for %s', async (_, thrown) => {
    const hold = () => Promise.reject(thrown)
    expect(await throughAll({ hold }, each => each.hold(job, { itemId, quantity: 3 }))).toStrictEqual(
      refusalOf(Internal()),
    )
  })

  it('names every field of an input that does not fit, and does not reach the handler', async () => {
    const sloppy = { itemId, label: '', 'no/such~field': 1 }
    expect(await throughAll({}, each => each.renameItem(job, sloppy))).toMatchObject({
      refused: {
        code: 'validation_failed',
        details: {
          errors: expect.arrayContaining([
            { pointer: '/no~1such~0field', detail: 'There is no such field.' },
            expect.objectContaining({ pointer: '/label' }),
          ]),
        },
      },
    })
  })

  it('refuses text that no database could keep', async () => {
    for (const note of ['a\0b', '\ud800'])
      expect(await throughAll({}, each => each.renameItem(job, { itemId, note }))).toMatchObject({
        refused: { code: 'validation_failed', details: { errors: [{ pointer: '/note' }] } },
      })
  })

  it('shows the handler no members that are there but undefined', async () => {
    const renameItem: Implementation<ShelfContract>['renameItem'] = async (_, input) => Object.keys(input)
    const call = (each: Client<ShelfContract>) =>
      each.renameItem(job, { itemId, label: undefined, note: 'x' })
    expect(await throughAll({ renameItem }, call)).toStrictEqual({ gave: ['itemId', 'note'] })
  })

  it('asks nobody in particular to sign in, and refuses who lacks the permission', async () => {
    expect(
      await throughAll({}, each => each.renameItem(contextOf(anonymous), { itemId: newId<'Item'>() })),
    ).toMatchObject({ refused: { code: 'unauthenticated' } })
    expect(
      await throughAll({}, each => each.renameItem(someone('shelf:read:own'), { itemId })),
    ).toMatchObject({
      refused: { code: 'forbidden' },
    })
  })

  it('checks the permission before it looks at the input', async () => {
    expect(await throughAll({}, each => each.renameItem(someone(), { itemId, label: '' }))).toMatchObject({
      refused: { code: 'forbidden' },
    })
  })

  it('goes through with any one of the permissions asked for', async () => {
    for (const held of ['shelf:read:own', 'shelf:write:any'])
      expect(
        await throughAll({ findItem: async () => item }, each => each.findItem(someone(held), 'Tea')),
      ).toStrictEqual({ gave: item })
  })

  it('is refused after the deadline, whoever asks', async () => {
    for (const context of [job, contextOf(anonymous)])
      expect(
        await throughAll({}, each => each.renameItem({ ...context, deadline: Date.now() - 1 }, { itemId })),
      ).toMatchObject({ refused: { code: 'deadline_exceeded', kind: 'deadline' } })
  })

  it('that ends with its own signal says so, not that something broke', async () => {
    const getItem: Implementation<ShelfContract>['getItem'] = ({ signal }) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
    const call = (each: Client<ShelfContract>) =>
      each.getItem({ ...job, deadline: Date.now() + 20, signal: AbortSignal.timeout(20) }, { itemId })
    expect(await throughAll({ getItem }, call)).toMatchObject({ refused: { code: 'deadline_exceeded' } })
  })

  it('brings the context along, whatever text is in it', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 30 })
    const whoAsks: Implementation<ShelfContract>['whoAsks'] = async context => ({
      actor: JSON.stringify(context.actor),
      traceparent: context.traceparent ?? null,
      requestId: context.requestId ?? null,
      address: context.address ?? null,
      idempotencyKey: context.idempotencyKey ?? null,
      left: context.deadline === undefined ? null : Math.round((context.deadline - Date.now()) / 1e6),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.record(
          { traceparent: text, requestId: text, address: text, idempotencyKey: text, left: fc.nat(50) },
          { requiredKeys: [] },
        ),
        async ({ left, ...texts }) => {
          const actor = { kind: 'user' as const, id: newId(), roles: ['user'], permissions: ['a:b:own'] }
          const deadline = left === undefined ? {} : { deadline: Date.now() + left * 1e6 + 60_000 }
          const context = { actor, ...texts, ...deadline }
          expect(await throughAll({ whoAsks }, each => each.whoAsks(context, {}))).toStrictEqual({
            gave: {
              actor: JSON.stringify(actor),
              traceparent: texts.traceparent ?? null,
              requestId: texts.requestId ?? null,
              address: texts.address ?? null,
              idempotencyKey: texts.idempotencyKey ?? null,
              left: left ?? null,
            },
          })
        },
      ),
      { numRuns: 40 },
    )
  })

  it('brings back no member that is there but undefined, once it leaves the process', async () => {
    const operations = shelf({ getItem: async () => ({ ...item, note: undefined }) })
    for (const [road, client] of roads(operations).slice(1))
      expect(Object.keys(await client.getItem(job, { itemId })), road).not.toContain('note')
  })

  it('gives back any text and number as it was', async () => {
    const codeUnits = fc.array(fc.nat(0xffff), { maxLength: 20 })
    const tags = fc.array(
      codeUnits.map(units => String.fromCharCode(...units)),
      { maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(tags, fc.maxSafeInteger(), async (tags, left) => {
        const getItem = async () => ({ ...item, tags, left: left + 0 })
        expect(await throughAll({ getItem }, each => each.getItem(job, { itemId }))).toStrictEqual({
          gave: { ...item, tags, left: left + 0 },
        })
      }),
      { numRuns: 40 },
    )
  })
})

describe('An error', () => {
  it('is recognised by its declaration behind every road, and by no other', async () => {
    for (const [, client] of roads(shelf({ hold: () => Promise.reject(OutOfStock({ itemId, left: 0 })) }))) {
      const error: unknown = await client
        .hold(job, { itemId, quantity: 1 })
        .catch((thrown: unknown) => thrown)
      expect(OutOfStock.is(error) && error.details.left).toBe(0)
      expect(Counting.is(error)).toBe(false)
      expect(error).toBeInstanceOf(ContractError)
    }
  })

  it('is a validation failure behind every road', async () => {
    for (const [, client] of roads(shelf({}))) {
      const error: unknown = await client
        .hold(job, { itemId, quantity: 0 })
        .catch((thrown: unknown) => thrown)
      expect(ValidationFailed.is(error) && error.details.errors).toMatchObject([{ pointer: '/quantity' }])
    }
  })
})
