import { createMetrics, silentLogger } from '@plinth/telemetry'
import { describeWith, eventually } from '@plinth/testing'
import { type Channel, type ChannelModel, connect } from 'amqplib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Consumer, createRelay, defineConsumer } from '../src/index.ts'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { recorder } from './broker-under-test.ts'
import { usePool } from './databases.ts'
import { type Shop, useShops } from './open-shop.ts'
import { removeNamespace } from './rabbit.ts'
import { ordersContract } from './shop.ts'

const names = ['payments.refund', 'payments.restock', 'payments.mail'] as const
const type = ordersContract.events.cancelled.type
const delaysMs = [100, 200]

describeWith('rabbitmq', 'an event of three consumers at RabbitMQ', url => {
  let connection: ChannelModel
  let admin: Channel
  beforeAll(async () => {
    connection = await connect(url)
    admin = await connection.createChannel()
  })
  afterAll(() => connection.close())
  const otherPool = usePool()
  const opened = useShops(async (pool, namespace) => {
    const broker = createRabbitBroker({ url, pool, namespace, logger: silentLogger, delaysMs })
    await broker.declare([])
    return {
      ...broker,
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]()
        await removeNamespace(url, namespace, { queues: names, delaysMs })
      },
    }
  })

  test('stays in the outbox while the queue of one is missing, and that is reported; each handles it once', async () => {
    await using shop = await opened()
    const [refund, restock, mail] = watchers(shop)
    await using others = shop.start(refund.consumer, restock.consumer)
    await shop.broker.declare([mail.consumer])
    await others.ready
    await admin.deleteQueue(`${shop.broker.namespace}.payments.mail`)
    const metrics = createMetrics()
    const { outbox, broker } = shop
    await using _ = createRelay({ outboxes: [outbox], broker, logger: silentLogger, metrics }).start()

    await shop.cancel(['o-1', 'o-2'])
    await eventually(
      async () => {
        const unsent = await shop.unsent()
        expect(unsent.map(row => row.last_error)).toEqual(
          Array(2).fill('the queue of payments.mail is missing'),
        )
        for (const { attempts } of unsent) expect(attempts).toBeGreaterThan(2)
      },
      { within: 15_000 },
    )
    expect(await metrics.text()).toMatch(/^plinth_outbox_missing_queue_total\{queue="payments.mail"\} [1-9]/m)
    expect([refund.came, restock.came, mail.came]).toEqual([['o-1', 'o-2'], ['o-1', 'o-2'], []])

    await using mailing = shop.start(mail.consumer)
    await mailing.ready
    await eventually(async () => expect(await shop.unsent()).toEqual([]), { within: 15_000 })
    await eventually(async () =>
      expect((await shop.refunded()).sort()).toEqual(['o-1', 'o-1', 'o-1', 'o-2', 'o-2', 'o-2']),
    )
    expect(mail.came.sort()).toEqual(['o-1', 'o-2'])
    expect([refund.came, restock.came]).toEqual([
      ['o-1', 'o-2'],
      ['o-1', 'o-2'],
    ])
  })

  test('comes to each once, whatever is bound to the exchange and taken away again', async () => {
    await using shop = await opened()
    const watched = watchers(shop)
    await using consumers = shop.start(...watched.map(({ consumer }) => consumer))
    await consumers.ready
    await using _ = shop.relay.start()
    const { namespace } = shop.broker
    // As releases did that knew no other way.
    for (const name of names) await admin.bindQueue(`${namespace}.${name}`, `${namespace}.events`, type)
    await shop.cancel(['o-1'])
    await eventually(async () => expect(await shop.refunded()).toHaveLength(3))
    await admin.unbindQueue(`${namespace}.payments.mail`, `${namespace}.events`, type)
    await shop.cancel(['o-2'])
    await eventually(async () => expect(await shop.refunded()).toHaveLength(6))
    await eventually(async () => {
      for (const name of names)
        expect(await admin.checkQueue(`${namespace}.${name}`)).toMatchObject({ messageCount: 0 })
      expect(await shop.unsent()).toEqual([])
    })
    for (const { came } of watched) expect(came).toEqual(['o-1', 'o-2'])
  })

  test('comes once, by its type, to whoever listens from outside', async () => {
    await using shop = await opened()
    await using consumers = shop.start(...watchers(shop).map(({ consumer }) => consumer))
    await consumers.ready
    const { queue } = await admin.assertQueue('', { exclusive: true })
    await admin.bindQueue(queue, `${shop.broker.namespace}.events`, '#')
    const heard: unknown[] = []
    await admin.consume(
      queue,
      each => each && heard.push([each.fields.routingKey, each.properties.messageId]),
    )
    await using _ = shop.relay.start()
    const ids = await shop.cancel(['o-1', 'o-2'])
    await eventually(async () => expect(await shop.refunded()).toHaveLength(6))
    const marker = await shop.cancel(['o-3'])
    await eventually(() => expect(heard).toEqual([...ids, ...marker].map(id => [type, id])))
  })

  test('comes once to consumers who write down what they take in a database of their own', async () => {
    await using shop = await opened()
    const { namespace } = shop.broker
    const [refund, restock] = watchers(shop)
    await using consumers = shop.start(refund.consumer, restock.consumer)
    const options = { url, namespace, logger: silentLogger, delaysMs, boundByType: true }
    await using elsewhere = createRabbitBroker({ ...options, pool: otherPool() })
    const seen = recorder()
    await using mailing = elsewhere.subscribe({ queue: 'payments.mail', types: [type] }, seen.take)
    await Promise.all([consumers.ready, mailing.ready])
    await using _ = shop.relay.start()
    const ids = await shop.cancel(['o-1'])
    await eventually(() => expect(seen.ids()).toEqual(ids))
    await eventually(async () => expect(await shop.unsent()).toEqual([]))
    const more = await shop.cancel(['o-2'])
    await eventually(() => expect(seen.ids()).toEqual([...ids, ...more]))
    expect([refund.came, restock.came]).toEqual([
      ['o-1', 'o-2'],
      ['o-1', 'o-2'],
    ])
  })
})

/** The three consumers, each with what came to it, handled or not. */
const watchers = (shop: Shop) => {
  const watcher = (name: (typeof names)[number]) => {
    const came: string[] = []
    const consumer: Consumer = defineConsumer({
      name,
      event: ordersContract.events.cancelled,
      prepare: async (_, { data }) => void came.push(data.orderId),
      handle: (context, { data }) => shop.refund(context, data.orderId, name),
    })
    return { consumer, came }
  }
  return [watcher(names[0]), watcher(names[1]), watcher(names[2])] as const
}
