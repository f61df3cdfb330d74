import { parseArgs } from 'node:util'
import { contextOf, service } from '@plinth/kernel'
import { createPostgresBroker, createRelay, startConsumers } from '@plinth/messaging'
import { createRabbitBroker } from '@plinth/messaging/rabbitmq'
import { connectPostgres } from '@plinth/postgres'
import { createLogger } from '@plinth/telemetry'
import { removeAmqpNames } from '@plinth/testing'
import postgres from 'postgres'
import { startServices } from '../services.ts'
import { openEventShop, prepareEventShop, saleOf } from './shop.ts'

const usage = `Usage: pnpm bench:events [options]

Measures how many events a second come from the outbox to where they have been handled and stand in the inbox: relay,
broker and consumers as in a host, in one process. Each event is written beforehand, then the relay starts.

  --events N      events a round (20000)
  --consumers N   consumers of each event (1)
  --rounds N      (3)
  --alone         each event in a transaction of its own, in place of lots
  --broker NAME   rabbitmq or postgres (rabbitmq)
`

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '20000' },
    consumers: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '3' },
    alone: { type: 'boolean', default: false },
    broker: { type: 'string', default: 'rabbitmq' },
    help: { type: 'boolean' },
  },
})

const main = async (): Promise<void> => {
  const events = Number(values.events)
  const copies = events * Number(values.consumers)
  await using stack = new AsyncDisposableStack()
  const services = stack.use(await startServices(console.log))
  const logger = createLogger({ level: 'warn', service: 'bench' })
  const bare = postgres(services.databaseUrl, { max: 1, onnotice: () => undefined })
  stack.defer(() => bare.end())
  const pool = stack.use(connectPostgres({ url: services.databaseUrl, max: 20, logger }))
  await prepareEventShop(services.databaseUrl, bare)
  const namespace = `plinth-bench-${process.pid}`
  const shop = openEventShop(pool, Number(values.consumers), !values.alone)
  if (values.broker === 'rabbitmq')
    stack.defer(() => removeQueues(services.amqpUrl, namespace, shop.consumers))
  const broker = stack.use(
    values.broker === 'rabbitmq'
      ? createRabbitBroker({ url: services.amqpUrl, pool, namespace, logger })
      : createPostgresBroker({ pool, namespace, logger }),
  )
  const consumers = stack.use(
    startConsumers({ broker, consumers: shop.consumers, databaseOf: () => shop.outbox.database, logger }),
  )
  await consumers.ready

  for (let round = 0; round < Number(values.rounds); round++) {
    await bare`truncate bench.outbox, bench.inbox, bench.sale`
    await append(shop.outbox, events)
    await bare`vacuum analyze bench.outbox`
    const cpu = process.cpuUsage()
    const began = performance.now()
    let sentAfter: number | undefined
    await using relay = createRelay({ outboxes: [shop.outbox], broker, logger }).start()
    for (;;) {
      const [left] = await bare<{ unsent: number; handled: number }[]>`
        select (select count(*)::int from bench.outbox where sent_at is null) as unsent,
               (select count(*)::int from bench.inbox) as handled`
      if (left?.unsent === 0) sentAfter ??= performance.now() - began
      if (left?.handled === copies) break
      await new Promise(resolve => setTimeout(resolve, 50))
    }
    const tookMs = performance.now() - began
    const { user, system } = process.cpuUsage(cpu)
    await relay[Symbol.asyncDispose]()
    console.log(
      `round ${round + 1}  ${rate(events, tookMs)} events/s handled, ${rate(events, sentAfter ?? tookMs)} sent; CPU ${((user + system) / 1e3 / events).toFixed(3)} ms an event`,
    )
  }
}

const rate = (count: number, ms: number) => ((count / ms) * 1_000).toFixed(0)

const append = async (outbox: ReturnType<typeof openEventShop>['outbox'], count: number) => {
  for (let at = 0; at < count; at += 1_000)
    await outbox.database.transaction(contextOf(service('bench')), inTx =>
      outbox.appendAll(
        inTx,
        Array.from({ length: Math.min(1_000, count - at) }, (_, n) => saleOf(at + n)),
      ),
    )
}

const removeQueues = (url: string, namespace: string, consumers: readonly { queue: string }[]) => {
  const both = ['dead', ...[1_000, 5_000, 15_000, 30_000].map(ms => `retry.${ms}`)]
  return removeAmqpNames(url, {
    queues: [...both, ...consumers.map(({ queue }) => queue)].map(name => `${namespace}.${name}`),
    exchanges: [...both, 'events'].map(name => `${namespace}.${name}`),
  })
}

if (values.help) console.log(usage)
else await main()
