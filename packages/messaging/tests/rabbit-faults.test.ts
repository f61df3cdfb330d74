import { randomUUID } from 'node:crypto'
import type { Pool } from '@plinth/postgres'
import { silentLogger } from '@plinth/telemetry'
import { describeWith, eventually, startFaultProxy } from '@plinth/testing'
import { connect } from 'amqplib'
import { expect, test } from 'vitest'
import type { DeadMessage, Delivery } from '../src/index.ts'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { message } from './broker-under-test.ts'
import { usePool } from './databases.ts'
import { removeNamespace } from './rabbit.ts'

const queue = { queue: 'a.b', types: ['o.placed'] }

const setUpAt = async (url: string, pool: Pool) => {
  const proxy = await startFaultProxy(url)
  const namespace = `test-${randomUUID()}`
  const broker = createRabbitBroker({
    url: proxy.url,
    pool,
    namespace,
    logger: silentLogger,
    delaysMs: [100],
    confirmMs: 500,
  })
  const direct = await connect(url)
  const admin = await direct.createConfirmChannel()
  await broker.declare([queue])
  await eventually(() => expect(broker.status()).toEqual({ up: true }))
  return {
    proxy,
    broker,
    namespace,
    admin,
    async [Symbol.asyncDispose]() {
      await broker[Symbol.asyncDispose]()
      await direct.close()
      await proxy[Symbol.asyncDispose]()
      await removeNamespace(url, namespace, { queues: ['a.b'], delaysMs: [100] })
    },
  }
}

describeWith('rabbitmq', 'RabbitMQ in trouble', url => {
  const pool = usePool()
  const setUp = () => setUpAt(url, pool())

  test('while it is down publishing fails at once, keeps nothing, and works again when it is back', async () => {
    await using shop = await setUp()
    const seen: Delivery[] = []
    await using _ = shop.broker.subscribe(queue, async delivery => {
      seen.push(delivery)
      return { kind: 'handled' }
    })
    await _.ready
    await shop.proxy.down()
    await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
    const began = performance.now()
    for (let n = 0; n < 200; n++)
      await expect(shop.broker.publish([message('o.placed')])).rejects.toThrow('the broker is away')
    expect(performance.now() - began).toBeLessThan(2_000)
    await shop.proxy.up()
    await eventually(() => expect(shop.broker.status()).toEqual({ up: true }))
    const after = message('o.placed')
    expect(await shop.broker.publish([after])).toEqual(['confirmed'])
    await eventually(() => expect(seen.map(({ event }) => event)).toEqual([after.event]))
  })

  test('when it hangs publishing gives up within its bound, and the connection is replaced', async () => {
    await using shop = await setUp()
    shop.proxy.hang()
    const began = performance.now()
    await expect(shop.broker.publish([message('o.placed')])).rejects.toThrow('did not confirm')
    expect(performance.now() - began).toBeLessThan(1_000)
    await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
    await shop.proxy.up()
    await eventually(
      async () => expect(await shop.broker.publish([message('o.placed')])).toEqual(['confirmed']),
      {
        within: 10_000,
      },
    )
  })

  test('closing does not wait for a server that is down', async () => {
    await using shop = await setUp()
    await shop.proxy.down()
    await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
    const began = performance.now()
    await shop.broker[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(500)
  })

  test('closing does not wait long for a server that hangs', async () => {
    await using shop = await setUp()
    await using _ = shop.broker.subscribe(queue, async () => ({ kind: 'handled' }))
    await _.ready
    shop.proxy.hang()
    const began = performance.now()
    await _[Symbol.asyncDispose]()
    await shop.broker[Symbol.asyncDispose]()
    expect(performance.now() - began).toBeLessThan(4_000)
  })

  test('an error that closes the channel rejects what was in flight, and the next publish goes through', async () => {
    await using shop = await setUp()
    await shop.admin.deleteExchange(`${shop.namespace}.events`)
    await expect(shop.broker.publish([message('o.placed'), message('o.placed')])).rejects.toThrow(
      'did not take',
    )
    await eventually(async () =>
      expect(await shop.broker.publish([message('o.placed')])).toEqual(['confirmed']),
    )
  })

  test('a consumer whose queue was deleted declares it again', async () => {
    await using shop = await setUp()
    const seen: Delivery[] = []
    await using _ = shop.broker.subscribe(queue, async delivery => {
      seen.push(delivery)
      return { kind: 'handled' }
    })
    await _.ready
    await shop.admin.deleteQueue(`${shop.namespace}.a.b`)
    await eventually(async () =>
      expect(await shop.broker.publish([message('o.placed')])).toEqual(['confirmed']),
    )
    await eventually(() => expect(seen).toHaveLength(1))
  })

  test('a broken connection in the middle of handling brings the message again', async () => {
    await using shop = await setUp()
    let deliveries = 0
    const published = Promise.withResolvers<void>()
    await using _ = shop.broker.subscribe(queue, async () => {
      deliveries += 1
      if (deliveries === 1) {
        await published.promise
        shop.proxy.reset()
        await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
      }
      return { kind: 'handled' }
    })
    await _.ready
    await shop.broker.publish([message('o.placed')])
    published.resolve()
    await eventually(() => expect(deliveries).toBe(2))
    await eventually(async () =>
      expect(await shop.admin.checkQueue(`${shop.namespace}.a.b`)).toMatchObject({ messageCount: 0 }),
    )
  })

  test('a message that kills its consumer again and again ends as a dead letter', async () => {
    await using shop = await setUp()
    const dead: DeadMessage[] = []
    await using collecting = shop.broker.collectDead(async letter => void dead.push(letter))
    await collecting.ready
    const poison = message('o.placed')
    await shop.broker.publish([poison])
    await shop.admin.consume(
      `${shop.namespace}.a.b`,
      delivery => delivery && shop.admin.nack(delivery, false, true),
    )
    await eventually(() =>
      expect(dead).toEqual([
        {
          queue: 'a.b',
          body: JSON.stringify(poison.event),
          error: 'no verdict: delivery_limit',
          attempts: 1,
        },
      ]),
    )
  })

  test('a dead letter that cannot be stored yet is not lost', async () => {
    await using shop = await setUp()
    const tries: DeadMessage[] = []
    await using collecting = shop.broker.collectDead(async letter => {
      tries.push(letter)
      if (tries.length === 1) throw new Error('the database is away')
    })
    await using _ = shop.broker.subscribe(queue, async () => ({ kind: 'refused', error: 'no' }))
    await Promise.all([collecting.ready, _.ready])
    await shop.broker.publish([message('o.placed')])
    await eventually(() => expect(tries).toHaveLength(2))
    await eventually(async () =>
      expect(await shop.admin.checkQueue(`${shop.namespace}.dead`)).toMatchObject({ messageCount: 0 }),
    )
  })

  test('text that is not JSON reaches the handler as text', async () => {
    await using shop = await setUp()
    const seen: Delivery[] = []
    await using _ = shop.broker.subscribe(queue, async delivery => {
      seen.push(delivery)
      return { kind: 'handled' }
    })
    await _.ready
    shop.admin.sendToQueue(`${shop.namespace}.a.b`, Buffer.from('{ "half": '))
    await eventually(() => expect(seen).toEqual([{ event: '{ "half": ', attempt: 1 }]))
  })
})
