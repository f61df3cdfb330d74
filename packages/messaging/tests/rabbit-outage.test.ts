import { silentLogger } from '@plinth/telemetry'
import { describeWith, eventually, type FaultProxy, startFaultProxy } from '@plinth/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { refunder, useShops } from './open-shop.ts'
import { removeNamespace } from './rabbit.ts'

const delaysMs = [100, 200]

describeWith('rabbitmq', 'an outage of RabbitMQ', url => {
  let proxy: FaultProxy
  beforeAll(async () => {
    proxy = await startFaultProxy(url)
  })
  afterAll(() => proxy[Symbol.asyncDispose]())
  const opened = useShops(async (pool, namespace) => {
    const broker = createRabbitBroker({
      url: proxy.url,
      pool,
      namespace,
      logger: silentLogger,
      delaysMs,
      confirmMs: 1_000,
    })
    return {
      ...broker,
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]()
        await removeNamespace(url, namespace, { queues: ['payments.refund-cancelled-order'], delaysMs })
      },
    }
  })

  for (const fault of ['down', 'hang'] as const) {
    test(`(${fault}) delays events and loses none`, async () => {
      await using shop = await opened()
      await using consumers = shop.start(refunder(shop))
      await consumers.ready
      await using _ = shop.relay.start()
      await shop.cancel(['o-0'])
      await eventually(async () => expect(await shop.refunded()).toEqual(['o-0']))

      await proxy[fault]()
      const during = Array.from({ length: 300 }, (_, n) => `o-${n + 1}`)
      for (let at = 0; at < during.length; at += 100) await shop.cancel(during.slice(at, at + 100))
      await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
      expect(await shop.refunded()).toEqual(['o-0'])

      await proxy.up()
      await eventually(async () => expect(await shop.refunded()).toHaveLength(301), { within: 14_000 })
      await eventually(async () => expect(await shop.unsent()).toEqual([]))
    }, 30_000)
  }
})
