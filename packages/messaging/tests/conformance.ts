import { eventually } from '@plinth/testing'
import { describe, expect, test } from 'vitest'
import type { Delivery, Verdict } from '../src/index.ts'
import { type BrokerUnderTest, handled, isPoison, message, opened, recorder } from './broker-under-test.ts'

const failed: Verdict = { kind: 'failed', error: 'the pen is dry' }

/** What every broker does alike. Brokers under test retry after 100 ms and 200 ms: three attempts. */
export const describeBroker = (name: string, under: BrokerUnderTest) => {
  describe(`${name} as a broker`, () => {
    test('every bound queue gets each event once in health', async () => {
      await using shop = await opened(under)
      const [mails, stock] = [recorder(), recorder()]
      await using _mails = shop.broker.subscribe(
        { queue: 'mails.all', types: ['o.placed', 'o.cancelled'] },
        mails.take,
      )
      await using _stock = shop.broker.subscribe(
        { queue: 'stock.restock', types: ['o.cancelled'] },
        stock.take,
      )
      await Promise.all([_mails.ready, _stock.ready])
      const messages = Array.from({ length: 200 }, (_, n) =>
        message(n % 2 ? 'o.placed' : 'o.cancelled', { n }),
      )
      expect(await shop.broker.publish(messages)).toEqual(messages.map(() => 'confirmed'))
      await eventually(() => expect(mails.ids()).toHaveLength(200))
      await eventually(() => expect(stock.ids()).toHaveLength(100))
      expect(new Set(mails.ids())).toEqual(new Set(messages.map(({ event }) => event.id)))
      expect(mails.seen[0]).toMatchObject({
        attempt: 1,
        event: { specversion: '1.0', source: '/plinth/orders' },
      })
    })

    test('what no queue takes is told when somebody must take it, and is fine when nobody must', async () => {
      await using shop = await opened(under)
      await shop.broker.declare([{ queue: 'a.b', types: ['o.placed'] }])
      const outcomes = await shop.broker.publish([
        message('o.placed'),
        message('o.unheard'),
        message('o.unheard', {}, false),
      ])
      expect(outcomes).toEqual(['confirmed', { missing: [] }, 'confirmed'])
    })

    test('queues that another process declared get what this one publishes', async () => {
      await using shop = await opened(under)
      const other = await shop.another()
      await other.declare([{ queue: 'a.other', types: ['o.placed'] }])
      const seen = recorder()
      await using own = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, seen.take)
      await own.ready
      const one = message('o.placed')
      expect(await shop.broker.publish([one])).toEqual(['confirmed'])
      await using _ = other.subscribe({ queue: 'a.other', types: ['o.placed'] }, seen.take)
      await eventually(() => expect(seen.ids()).toEqual([one.event.id, one.event.id]))
    })

    test('a declared queue keeps what is published before anybody consumes it', async () => {
      await using shop = await opened(under)
      await shop.broker.declare([{ queue: 'a.b', types: ['o.placed'] }])
      const one = message('o.placed', { text: 'Ünï ☃ \\u0001 "quoted"' })
      await shop.broker.publish([one])
      const seen = recorder()
      await using _ = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, seen.take)
      await eventually(() => expect(seen.seen.map(({ event }) => event)).toEqual([one.event]))
    })

    test('a failure is tried again after its delays, then it is dead with its error and its attempts', async () => {
      await using shop = await opened(under)
      await using dead = await shop.dead()
      const at: number[] = []
      await using subscription = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, async () => {
        at.push(performance.now())
        return failed
      })
      await subscription.ready
      const poison = message('o.placed', { poison: true })
      await shop.broker.publish([poison])
      await eventually(async () =>
        expect(await dead.letters()).toEqual([
          { queue: 'a.b', error: 'the pen is dry', attempts: 3, event: poison.event },
        ]),
      )
      expect(at).toHaveLength(3)
      const [first = 0, second = 0, third = 0] = at
      expect(second - first).toBeGreaterThan(90)
      expect(third - second).toBeGreaterThan(190)
    })

    test('an attempt knows its number, and a handler that throws has failed', async () => {
      await using shop = await opened(under)
      const attempts: number[] = []
      await using subscription = shop.broker.subscribe(
        { queue: 'a.b', types: ['o.placed'] },
        async ({ attempt }) => {
          attempts.push(attempt)
          if (attempt < 3) throw new Error('not yet')
          return handled
        },
      )
      await subscription.ready
      await shop.broker.publish([message('o.placed')])
      await eventually(() => expect(attempts).toEqual([1, 2, 3]))
    })

    test('being put off does not count as an attempt', async () => {
      await using shop = await opened(under)
      const attempts: number[] = []
      await using subscription = shop.broker.subscribe(
        { queue: 'a.b', types: ['o.placed'] },
        async ({ attempt }) => {
          attempts.push(attempt)
          return attempts.length < 5 ? { kind: 'postponed', error: 'the database is away' } : handled
        },
      )
      await subscription.ready
      await shop.broker.publish([message('o.placed')])
      await eventually(() => expect(attempts).toEqual([1, 1, 1, 1, 1]))
    })

    test('what can never succeed is dead at once', async () => {
      await using shop = await opened(under)
      await using dead = await shop.dead()
      await using subscription = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, async () => ({
        kind: 'refused',
        error: 'not an order',
      }))
      await subscription.ready
      await shop.broker.publish([message('o.placed')])
      await eventually(async () =>
        expect(await dead.letters()).toMatchObject([{ queue: 'a.b', error: 'not an order', attempts: 1 }]),
      )
    })

    test('the rest keeps flowing behind a message that fails', async () => {
      await using shop = await opened(under)
      const seen = recorder()
      await using subscription = shop.broker.subscribe(
        { queue: 'a.b', types: ['o.placed'], concurrency: 1 },
        async delivery => (isPoison(delivery) ? failed : seen.take(delivery)),
      )
      await subscription.ready
      await shop.broker.publish([
        message('o.placed', { poison: true }),
        ...Array.from({ length: 50 }, () => message('o.placed')),
      ])
      await eventually(() => expect(seen.ids()).toHaveLength(50))
    })

    test('a replayed message reaches that one queue alone, for a first attempt', async () => {
      await using shop = await opened(under)
      const [one, other] = [recorder(), recorder()]
      await using _one = shop.broker.subscribe({ queue: 'a.one', types: ['o.placed'] }, one.take)
      await using _other = shop.broker.subscribe({ queue: 'a.other', types: ['o.placed'] }, other.take)
      await Promise.all([_one.ready, _other.ready])
      const { event } = message('o.placed')
      await shop.broker.redeliver('a.one', event)
      await eventually(() => expect(one.seen).toEqual([{ event, attempt: 1 }]))
      const marker = message('o.placed')
      await shop.broker.publish([marker])
      await eventually(() => expect(other.ids()).toEqual([marker.event.id]))
      await expect(shop.broker.redeliver('a.nobody', event)).rejects.toThrow('there is no queue')
    })

    test('two consumers of one queue share its messages: while one is busy the other gets some', async () => {
      await using shop = await opened(under)
      const second = await shop.another()
      const seen = [recorder(), recorder()] as const
      const both = Promise.withResolvers<void>()
      const waitForBoth = (which: 0 | 1) => async (delivery: Delivery) => {
        const verdict = await seen[which].take(delivery)
        if (seen[0].seen.length > 0 && seen[1].seen.length > 0) both.resolve()
        await both.promise
        return verdict
      }
      const queue = { queue: 'a.b', types: ['o.placed'], concurrency: 2 }
      await using one = shop.broker.subscribe(queue, waitForBoth(0))
      await using two = second.subscribe(queue, waitForBoth(1))
      await Promise.all([one.ready, two.ready])
      await shop.broker.publish(Array.from({ length: 200 }, () => message('o.placed')))
      await eventually(() => expect(seen[0].ids().length + seen[1].ids().length).toBe(200))
      expect(new Set([...seen[0].ids(), ...seen[1].ids()]).size).toBe(200)
    })

    test('what a dead consumer had in hand is delivered to another', async () => {
      await using shop = await opened(under)
      const doomed = await shop.another()
      let inHand = 0
      const subscription = doomed.subscribe({ queue: 'a.b', types: ['o.placed'] }, () => {
        inHand += 1
        return new Promise<Verdict>(() => undefined)
      })
      await subscription.ready
      const messages = Array.from({ length: 5 }, () => message('o.placed'))
      await shop.broker.publish(messages)
      await eventually(() => expect(inHand).toBe(5))
      await shop.kill(doomed)
      const seen = recorder()
      await using _ = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, seen.take)
      await eventually(() =>
        expect(new Set(seen.ids())).toEqual(new Set(messages.map(({ event }) => event.id))),
      )
    })

    test('nothing is lost when consumers come and go, and what is in hand comes to its end', async () => {
      await using shop = await opened(under)
      await shop.broker.declare([{ queue: 'a.b', types: ['o.placed'] }])
      const messages = Array.from({ length: 300 }, () => message('o.placed'))
      const [started, ended] = [recorder(), recorder()]
      const publishing = (async () => {
        for (let at = 0; at < 300; at += 20) await shop.broker.publish(messages.slice(at, at + 20))
      })()
      for (let round = 0; round < 3; round++) {
        const broker = await shop.another()
        const before = ended.seen.length
        const subscription = broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, async delivery => {
          await started.take(delivery)
          await new Promise(resolve => setImmediate(resolve))
          return ended.take(delivery)
        })
        await eventually(() => expect(ended.seen.length).toBeGreaterThan(before))
        await subscription[Symbol.asyncDispose]()
        expect(started.seen.length).toBe(ended.seen.length)
        await broker[Symbol.asyncDispose]()
      }
      await publishing
      await using _ = shop.broker.subscribe({ queue: 'a.b', types: ['o.placed'] }, ended.take)
      await eventually(() =>
        expect(new Set(ended.ids())).toEqual(new Set(messages.map(({ event }) => event.id))),
      )
    })

    test('it says that it is up, and that it is closed', async () => {
      await using shop = await opened(under)
      const broker = await shop.another()
      await broker.declare([{ queue: 'a.b', types: ['o.placed'] }])
      await eventually(() => expect(broker.status()).toEqual({ up: true }))
      await broker[Symbol.asyncDispose]()
      expect(broker.status()).toMatchObject({ up: false })
    })
  })
}
