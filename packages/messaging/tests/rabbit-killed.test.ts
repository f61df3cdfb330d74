import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { silentLogger } from '@plinth/telemetry'
import { eventually, type MortalService, startPrivateRabbitmq } from '@plinth/testing'
import { afterAll, describe, expect, test } from 'vitest'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { refunder, useShops } from './open-shop.ts'

const rabbit = await startPrivateRabbitmq()
afterAll(() => rabbit?.[Symbol.asyncDispose]())

describe.skipIf(rabbit === undefined)('a RabbitMQ that is killed', () => {
  const opened = useShops(async (pool, namespace) =>
    createRabbitBroker({ url: given().url, pool, namespace, logger: silentLogger }),
  )
  const orders = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, n) => `o-${String(from + n).padStart(5, '0')}`)

  test('with 1,000 events waiting in queues, in hand and in the outbox loses none, and each has its effect once', async () => {
    await using shop = await opened()
    const killed = Promise.withResolvers<void>()
    let begun = 0
    // However fast the machine is, some are handled, some in hand, and the rest is in the queue when it dies.
    const queue = refunder(shop, async () => {
      begun += 1
      if (begun > 100) await killed.promise
    })
    await shop.broker.declare([queue])
    const declared = performance.now()
    await using _relay = shop.relay.start()
    await shop.cancel(orders(0, 600))
    await eventually(async () => expect(await shop.unsent()).toEqual([]))

    // RabbitMQ writes down for good what it has of a new queue a little later; killed before, it never gets it to work again.
    await eventually(() => performance.now() - declared > 3_000)
    await using _consumers = shop.start(queue)
    await eventually(async () => expect((await shop.refunded()).length).toBeGreaterThan(50), { every: 5 })
    await given().kill()
    killed.resolve()
    const handled = (await shop.refunded()).length
    expect(handled).toBeLessThan(600)
    await shop.cancel(orders(600, 1_000 + handled))
    await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
    expect(await shop.unsent()).toHaveLength(400 + handled)

    await given().restart()
    await eventually(async () => expect(await shop.refunded()).toEqual(orders(0, 1_000 + handled)), {
      within: 30_000,
      every: 100,
    })
    await eventually(async () => expect(await shop.unsent()).toEqual([]))
  })

  test('costs no memory, however much is published meanwhile', async () => {
    await using shop = await opened()
    await using _relay = shop.relay.start()
    await given().kill()
    await eventually(() => expect(shop.broker.status()).toMatchObject({ up: false }))
    const append = async (from: number, to: number) => {
      for (let at = from; at < to; at += 100) await shop.cancel(orders(at, at + 100), {}, 'x'.repeat(4_000))
    }
    await append(0, 1_000)
    const before = heapInUse()
    await append(1_000, 6_000)
    const grown = heapInUse() - before
    expect(await shop.unsent()).toHaveLength(6_000)
    // Five thousand of them are 20 MB.
    expect(grown).toBeLessThan(4e6)
  })
})

const given = (): MortalService => {
  if (rabbit === undefined) throw new Error('no rabbitmq-server here')
  return rabbit
}

const heapInUse = () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  collect()
  return process.memoryUsage().heapUsed
}
