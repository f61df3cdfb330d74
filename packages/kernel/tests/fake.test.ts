import {
  anonymous,
  contextOf,
  defineContract,
  Internal,
  implement,
  local,
  NotFound,
  newId,
  service,
} from '@plinth/kernel'
import { fake } from '@plinth/kernel/testing'
import { describe, expect, it } from 'vitest'
import { shelfContract, shelfPermissions } from './shelf-contract.ts'
import { outcomeOf, shelf } from './shelf-providers.ts'

const itemId = newId<'Item'>()
const job = contextOf(service('orders'))

describe('A fake neighbour', () => {
  it('behaves as told', async () => {
    const neighbour = fake(shelfContract, {
      hold: async (_, { quantity }) => ({ left: 10 - quantity }),
      getItem: () => Promise.reject(NotFound()),
    })
    expect(await neighbour.hold(job, { itemId, quantity: 3 })).toStrictEqual({ left: 7 })
    const error: unknown = await neighbour.getItem(job, { itemId }).catch((thrown: unknown) => thrown)
    expect(NotFound.is(error)).toBe(true)
  })

  it('is held to the contract: permissions, inputs, outputs and errors', async () => {
    const neighbour = fake(shelfContract, {
      hold: async () => ({ left: 0.5 }),
      release: () => Promise.reject(NotFound()),
    })
    const outcomes = [
      neighbour.renameItem(contextOf(anonymous), { itemId }),
      neighbour.hold(job, { itemId, quantity: 0 }),
      neighbour.hold(job, { itemId, quantity: 1 }),
      neighbour.release(job, { itemId }),
    ]
    expect(await Promise.all(outcomes.map(outcomeOf))).toMatchObject([
      { refused: { code: 'unauthenticated' } },
      { refused: { code: 'validation_failed' } },
      { refused: { code: 'internal' } },
      { refused: { code: 'internal' } },
    ])
  })

  it('names what the test did not expect, in the cause', async () => {
    const error: unknown = await fake(shelfContract)
      .release(job, { itemId })
      .catch((thrown: unknown) => thrown)
    const causes = []
    for (let each = error; each instanceof Error; each = each.cause) causes.push(each.message)
    expect(Internal.is(error)).toBe(true)
    expect(causes).toContain('shelf.release was called, but the fake does not have it')
  })
})

describe('The edge of an operation', () => {
  it('is there though nobody made one, and only once', async () => {
    let reads = 0
    const bare = {
      ...shelf({}),
      renameItem: async () => {
        reads += 1
        return []
      },
    }
    const neighbour = local(shelfContract, bare)
    expect(await outcomeOf(neighbour.renameItem(contextOf(anonymous), { itemId }))).toMatchObject({
      refused: { code: 'unauthenticated' },
    })
    expect(reads).toBe(0)
    const operations = shelf({})
    expect(implement(shelfContract, { ...operations }).hold).toBe(operations.hold)
  })

  it('of one operation does not stand in for that of another', async () => {
    const { operations, ...rest } = shelfContract
    const guarded = { ...operations.release, access: [shelfPermissions.writeAny] } as const
    const stricter = defineContract({ ...rest, operations: { ...operations, release: guarded } })
    const neighbour = local(stricter, shelf({ release: async () => undefined }))
    expect(await outcomeOf(neighbour.release(contextOf(anonymous), { itemId }))).toMatchObject({
      refused: { code: 'unauthenticated' },
    })
  })

  it('needs a handler for every operation', () => {
    const { hold: _, ...incomplete } = shelf({})
    expect(() => Reflect.apply(local, undefined, [shelfContract, incomplete])).toThrow(
      'shelf.hold is not provided',
    )
  })
})
