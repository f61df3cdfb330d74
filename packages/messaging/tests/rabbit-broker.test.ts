import { silentLogger } from '@plinth/telemetry'
import { describeWith, type FaultProxy, startFaultProxy } from '@plinth/testing'
import type { Broker, DeadMessage } from '../src/index.ts'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { queuesOfTheSuite } from './broker-under-test.ts'
import { describeBroker } from './conformance.ts'
import { usePool } from './databases.ts'
import { removeNamespace } from './rabbit.ts'

describeWith('rabbitmq', 'over RabbitMQ', url => {
  const delaysMs = [100, 200]
  const proxies = new Map<Broker, FaultProxy>()
  const pool = usePool()

  describeBroker('RabbitMQ', {
    async open(namespace) {
      const proxy = await startFaultProxy(url)
      const broker = createRabbitBroker({
        url: proxy.url,
        pool: pool(),
        namespace,
        logger: silentLogger,
        delaysMs,
      })
      proxies.set(broker, proxy)
      return broker
    },
    kill: async broker => proxies.get(broker)?.down(),
    async dead(broker) {
      const dead: DeadMessage[] = []
      const collecting = broker.collectDead(async letter => void dead.push(letter))
      await collecting.ready
      return {
        letters: async () => dead.map(({ body, ...letter }) => ({ ...letter, event: JSON.parse(body) })),
        [Symbol.asyncDispose]: () => collecting[Symbol.asyncDispose](),
      }
    },
    async clear(namespace) {
      for (const [broker, proxy] of proxies) {
        await proxy[Symbol.asyncDispose]()
        proxies.delete(broker)
      }
      await removeNamespace(url, namespace, { queues: queuesOfTheSuite, delaysMs })
    },
  })
})
