import { contextOf, detached, isDetached, local, newId, service, Tx, type TxContext } from '@plinth/kernel'
import { expect, it } from 'vitest'
import { shelfContract } from './shelf-contract.ts'
import { shelf } from './shelf-providers.ts'

class OpenTx extends Tx {
  protected override readonly opened = true
}

it('A detached neighbour is called with everything but the transaction', async () => {
  const seen: TxContext[] = []
  const operations = shelf({
    release: async context => {
      seen.push(context)
    },
  })
  const job = { ...contextOf(service('orders')), idempotencyKey: 'k', requestId: 'r' }
  const joined = { ...job, tx: new OpenTx() }
  const near = local(shelfContract, operations)
  await near.release(joined, { itemId: newId<'Item'>() })
  await detached(shelfContract, near).release(joined, { itemId: newId<'Item'>() })
  expect(seen).toStrictEqual([joined, job])
})

it('A detached neighbour is known for one, so that whoever has to undo what it did can tell', () => {
  const near = local(shelfContract, shelf({}))
  expect([isDetached(near), isDetached(detached(shelfContract, near))]).toEqual([false, true])
})
