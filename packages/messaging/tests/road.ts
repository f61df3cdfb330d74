import { contextOf, service, Unavailable } from '@plinth/kernel'
import { silentLogger } from '@plinth/telemetry'
import { eventually } from '@plinth/testing'
import { sql } from 'drizzle-orm'
import { describe, expect, test } from 'vitest'
import { createRelay, defineConsumer } from '../src/index.ts'
import { type OpenBroker, refunder, useShops } from './open-shop.ts'
import { ordersContract } from './shop.ts'

/** The whole road of an event, from the transaction that makes it true to its effect elsewhere. */
export const describeRoad = (name: string, openBroker: OpenBroker) => {
  describe(`the road of an event over ${name}`, () => {
    const opened = useShops(openBroker)

    test('what was committed has its effect once, what was rolled back has none', async () => {
      await using shop = await opened()
      await using consumers = shop.start(refunder(shop))
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['o-1', 'o-2'])
      await expect(
        shop.outbox.database.transaction(contextOf(service('orders')), async inTx => {
          await shop.outbox.append(inTx, ordersContract.events.cancelled, {
            subject: 'o-3',
            data: { orderId: 'o-3', note: '' },
          })
          throw new Error('changed our mind')
        }),
      ).rejects.toThrow('changed our mind')
      await shop.cancel(['o-4'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1', 'o-2', 'o-4']))
      await eventually(async () => expect(await shop.unsent()).toEqual([]))
    })

    test('a commit is followed by its effect at once, without waiting for a poll', async () => {
      await using shop = await opened()
      await using consumers = shop.start(refunder(shop))
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['warm-up'])
      await eventually(async () => expect(await shop.refunded()).toHaveLength(1))
      const took: number[] = []
      for (let n = 0; n < 5; n++) {
        const began = performance.now()
        await shop.cancel([`o-${n}`])
        await eventually(async () => expect(await shop.refunded()).toHaveLength(n + 2), { every: 5 })
        took.push(performance.now() - began)
      }
      expect(took.sort((a, b) => a - b)[2]).toBeLessThan(400)
    })

    test('the same event delivered many times has one effect', async () => {
      await using shop = await opened()
      let delivered = 0
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          prepare: async () => ++delivered,
          handle: (context, { data }) => shop.refund(context, data.orderId),
        }),
      )
      await consumers.ready
      await using _ = shop.relay.start()
      const ids = await shop.cancel(['o-1'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']))
      for (let again = 0; again < 3; again++) {
        await eventually(async () => expect(await shop.unsent()).toEqual([]))
        const before = delivered
        await shop.outbox.database
          .on(contextOf())
          .execute(sql`update orders.outbox set sent_at = null, claimed_until = null where id = ${ids[0]}`)
        await eventually(() => expect(delivered).toBeGreaterThan(before))
      }
      expect(await shop.refunded()).toEqual(['o-1'])
    })

    test("the event reaches its handler typed, with the producer's trace and a service as its actor", async () => {
      await using shop = await opened()
      const seen: unknown[] = []
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.watch',
          event: ordersContract.events.cancelled,
          prepare: async (context, { data }) => ({ actor: context.actor, note: data.note.toUpperCase() }),
          handle: async (context, received, prepared) => {
            seen.push({
              prepared,
              traceparent: context.traceparent,
              subject: received.subject,
              source: received.source,
            })
            expect(context.deadline).toBeGreaterThan(Date.now())
          },
        }),
      )
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['o-1'], { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' })
      await eventually(() =>
        expect(seen).toEqual([
          {
            prepared: { actor: service('payments'), note: 'CANCELLED' },
            traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/),
            subject: 'o-1',
            source: '/plinth/orders',
          },
        ]),
      )
    })

    test('an event that some queue must take stays until one does, and says why', async () => {
      await using shop = await opened()
      await using _ = shop.relay.start()
      await shop.cancel(['o-1'])
      await eventually(async () =>
        expect(await shop.unsent()).toMatchObject([{ last_error: 'no queue takes it' }]),
      )
      await using consumers = shop.start(refunder(shop))
      await consumers.ready
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']), { within: 10_000 })
      expect(await shop.unsent()).toEqual([])
    })

    test('an announcement that nobody takes is sent', async () => {
      await using shop = await opened()
      await using _ = shop.relay.start()
      await shop.outbox.database.transaction(contextOf(service('orders')), inTx =>
        shop.outbox.append(inTx, ordersContract.events.viewed, { subject: 'o-1', data: { orderId: 'o-1' } }),
      )
      await eventually(async () => expect(await shop.unsent()).toEqual([]))
    })

    test('a failed handler leaves nothing behind, and a later attempt succeeds', async () => {
      await using shop = await opened()
      let attempts = 0
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          handle: async (context, { data }) => {
            attempts += 1
            await shop.refund(context, data.orderId, `attempt ${attempts}`)
            if (attempts < 3) throw new Error('the till is jammed')
          },
        }),
      )
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['o-1'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']))
      expect(attempts).toBe(3)
    })

    test('events that share transactions have their effect once each, and one that fails takes none with it', async () => {
      await using shop = await opened()
      let effects = 0
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          together: true,
          handle: async (context, { data }) => {
            await shop.refund(context, data.orderId)
            effects += 1
            if (data.orderId === 'o-100') throw new Error('the till is jammed')
          },
        }),
      )
      await consumers.ready
      await using _letters = shop.letters.start()
      await using _ = shop.relay.start()
      const all = Array.from({ length: 200 }, (_, n) => `o-${100 + n}`)
      const ids = await shop.cancel(all)
      await eventually(async () => expect(await shop.refunded()).toEqual(all.slice(1)), { within: 15_000 })
      await eventually(async () =>
        expect((await shop.letters.list({ limit: 10 })).data).toMatchObject([
          { eventId: ids[0], error: 'the till is jammed', attempts: 3 },
        ]),
      )
      const before = effects
      await shop.outbox.database
        .on(contextOf())
        .execute(sql`update orders.outbox set sent_at = null, claimed_until = null where id <> ${ids[0]}`)
      await shop.cancel(['o-last'])
      await eventually(async () => {
        expect(await shop.unsent()).toEqual([])
        expect(await shop.refunded()).toHaveLength(200)
      })
      expect(effects).toBeLessThanOrEqual(before + 1)
      expect(await shop.refunded()).toEqual([...all.slice(1), 'o-last'])
    })

    test('while something it needs is away an event waits, however long, and is no dead letter', async () => {
      await using shop = await opened()
      let attempts = 0
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          prepare: async () => {
            attempts += 1
            if (attempts < 7) throw Unavailable()
          },
          handle: (context, { data }) => shop.refund(context, data.orderId),
        }),
      )
      await consumers.ready
      await using _letters = shop.letters.start()
      await using _ = shop.relay.start()
      await shop.cancel(['o-1'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']))
      expect((await shop.letters.list({ limit: 10 })).data).toEqual([])
    })

    test('a handler that hangs is given up, and its event tried again', async () => {
      await using shop = await opened()
      let attempts = 0
      await using consumers = shop.start(
        defineConsumer({
          name: 'payments.refund-cancelled-order',
          event: ordersContract.events.cancelled,
          prepare: () => (++attempts === 1 ? new Promise<void>(() => undefined) : Promise.resolve()),
          handle: (context, { data }) => shop.refund(context, data.orderId),
        }),
      )
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['o-1'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-1']))
    })

    test('several relays share an outbox, and nothing is lost when one stops', async () => {
      await using shop = await opened()
      await using consumers = shop.start(refunder(shop))
      await consumers.ready
      const orders = Array.from({ length: 400 }, (_, n) => `o-${String(n).padStart(4, '0')}`)
      const other = createRelay({
        outboxes: [shop.outbox],
        broker: shop.broker,
        logger: silentLogger,
        batch: 50,
      })
      await using _ = shop.relay.start()
      const stopping = other.start()
      for (let at = 0; at < orders.length; at += 100) await shop.cancel(orders.slice(at, at + 100))
      await stopping[Symbol.asyncDispose]()
      await eventually(async () => expect(await shop.refunded()).toEqual(orders), { within: 30_000 })
      await eventually(async () => expect(await shop.unsent()).toEqual([]))
    }, 45_000)
  })
}
