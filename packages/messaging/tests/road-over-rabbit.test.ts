import { silentLogger } from '@plinth/telemetry'
import { describeWith } from '@plinth/testing'
import { createRabbitBroker } from '../src/rabbitmq.ts'
import { describeDeadLetters } from './dead-letters.ts'
import type { OpenBroker } from './open-shop.ts'
import { removeNamespace } from './rabbit.ts'
import { describeRoad } from './road.ts'

describeWith('rabbitmq', 'over RabbitMQ', url => {
  const delaysMs = [100, 200]
  const open: OpenBroker = async (pool, namespace) => {
    const broker = createRabbitBroker({ url, pool, namespace, logger: silentLogger, delaysMs })
    await broker.declare([])
    return {
      ...broker,
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]()
        await removeNamespace(url, namespace, { queues, delaysMs })
      },
    }
  }
  describeRoad('RabbitMQ', open)
  describeDeadLetters('RabbitMQ', open)
})

const queues = ['payments.refund-cancelled-order', 'payments.watch']
