import { silentLogger } from '@plinth/telemetry'
import { describeWith } from '@plinth/testing'
import { createPostgresBroker, createRabbitBroker } from '../src/index.ts'
import { removeNamespace } from './rabbit.ts'
import { describeRoad } from './road.ts'

const delaysMs = [100, 200]

describeRoad('PostgreSQL', async (pool, namespace) =>
  createPostgresBroker({ pool, namespace, logger: silentLogger, delaysMs }),
)

describeWith('rabbitmq', 'over RabbitMQ', url => {
  describeRoad('RabbitMQ', async (_, namespace) => {
    const broker = createRabbitBroker({ url, namespace, logger: silentLogger, delaysMs })
    await broker.declare([])
    return {
      ...broker,
      async [Symbol.asyncDispose]() {
        await broker[Symbol.asyncDispose]()
        await removeNamespace(url, namespace, { queues: queues, delaysMs })
      },
    }
  })
})

const queues = ['payments.refund-cancelled-order', 'payments.watch']
