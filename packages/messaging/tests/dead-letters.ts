import { contextOf, type Id, newId, service } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import { AlreadyReplayed, type DeadLetter, defineConsumer } from '../src/index.ts'
import { type OpenBroker, type Shop, useShops } from './open-shop.ts'
import { ordersContract } from './shop.ts'

const operator = contextOf(service('operator'))

/** Events that no consumer could handle, over one kind of broker. */
export const describeDeadLetters = (name: string, openBroker: OpenBroker) => {
  describe(`dead letters over ${name}`, () => {
    const opened = useShops(openBroker)

    const dying = async (shop: Shop, mended: () => boolean) => {
      const consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          handle: async (context, { data }) => {
            if (!mended()) throw new Error('the till is jammed')
            await shop.refund(context, data.orderId)
          },
        }),
      )
      await consumers.ready
      return consumers
    }
    const letterOf = async (shop: Shop): Promise<DeadLetter> => {
      const { data } = await eventually(async () => {
        const page = await shop.letters.list({ limit: 10 })
        return page.data.length > 0 && page
      })
      const [letter] = data
      if (letter === undefined) throw new Error('no letter')
      return letter
    }

    test('show what died and why; replayed once, it is handled by its consumer', async () => {
      await using shop = await opened()
      let mended = false
      await using _consumers = await dying(shop, () => mended)
      await using _letters = shop.letters.start()
      await using _relay = shop.relay.start()
      const [eventId] = await shop.cancel(['o-1'])
      const letter = await letterOf(shop)
      expect(letter).toMatchObject({
        queue: 'payments.refund-cancelled-order',
        eventId,
        eventType: 'orders.cancelled',
        event: { id: eventId, data: { orderId: 'o-1' } },
        error: 'the till is jammed',
        attempts: 3,
        replayedAt: null,
      })
      mended = true
      const replays = await Promise.allSettled([1, 2, 3].map(() => shop.letters.replay(operator, letter.id)))
      expect(replays.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(replays.flatMap(replay => (replay.status === 'rejected' ? [replay.reason] : []))).toSatisfy(
        (refusals: unknown[]) => refusals.every(AlreadyReplayed.is),
      )
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']))
      expect((await shop.letters.list({ limit: 10 })).data).toMatchObject([
        { id: letter.id, replayedAt: expect.any(String) },
      ])
      const { data } = await shop.letters.audit.listEntries(operator, { limit: 10 })
      expect(data).toMatchObject([
        {
          actor: { kind: 'service', id: 'operator' },
          action: 'messaging.dead-letter-replayed',
          subject: { id: letter.id },
          details: { queue: letter.queue, eventType: 'orders.cancelled' },
        },
      ])
    })

    test('that die again after a replay are new ones', async () => {
      await using shop = await opened()
      await using _consumers = await dying(shop, () => false)
      await using _letters = shop.letters.start()
      await using _relay = shop.relay.start()
      await shop.cancel(['o-1'])
      const letter = await letterOf(shop)
      await shop.letters.replay(operator, letter.id)
      await eventually(async () => {
        const { data } = await shop.letters.list({ limit: 10 })
        expect(data).toMatchObject([{ replayedAt: null, attempts: 3 }, { id: letter.id }])
      })
    })

    test('of one queue are listed page by page, the latest first', async () => {
      await using shop = await opened()
      await using _consumers = await dying(shop, () => false)
      await using _letters = shop.letters.start()
      await using _relay = shop.relay.start()
      await shop.cancel(Array.from({ length: 7 }, (_, n) => `o-${n}`))
      await eventually(async () => expect((await shop.letters.list({ limit: 10 })).data).toHaveLength(7))
      const queue = 'payments.refund-cancelled-order'
      const first = await shop.letters.list({ queue, limit: 4 })
      const second = await shop.letters.list({ queue, limit: 4, cursor: first.nextCursor ?? '' })
      const ids = [...first.data, ...second.data].map(({ id }) => id)
      expect(ids).toHaveLength(7)
      expect(ids).toEqual([...ids].sort().reverse())
      expect(second.nextCursor).toBeNull()
      expect(await shop.letters.list({ queue: 'somebody.else', limit: 4 })).toEqual({
        data: [],
        nextCursor: null,
      })
      await expect(shop.letters.list({ limit: 4, cursor: first.nextCursor ?? '' })).rejects.toMatchObject({
        code: 'invalid_cursor',
      })
    })

    test('of events that cannot be read say where they do not fit', async () => {
      await using shop = await opened()
      await using _consumers = await dying(shop, () => true)
      await using _letters = shop.letters.start()
      await shop.broker.redeliver('payments.refund-cancelled-order', 'no\0event')
      expect(await letterOf(shop)).toMatchObject({
        eventId: null,
        error: expect.stringContaining('not an event'),
      })
    })

    test('are for operators alone', async () => {
      await using shop = await opened()
      const { listDeadLetters, replayDeadLetter } = shop.letters.operations
      const id: Id<'DeadLetter'> = newId()
      const user = { kind: 'user', id: newId(), roles: ['user'], permissions: [] } as const
      await expect(listDeadLetters(contextOf(user), { limit: 5 })).rejects.toMatchObject({
        code: 'forbidden',
      })
      await expect(listDeadLetters(contextOf(), { limit: 5 })).rejects.toMatchObject({
        code: 'unauthenticated',
      })
      await expect(replayDeadLetter(contextOf(service('test')), { id })).rejects.toMatchObject({
        code: 'not_found',
      })
    })
  })
}
