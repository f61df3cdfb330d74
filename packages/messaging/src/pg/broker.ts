import { cloudEvent, newId } from '@plinth/kernel'
import { createDatabase, type Pool } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { createBindings } from '../bindings.ts'
import { type Broker, defaultConcurrency } from '../broker.ts'
import { defaultDelaysMs } from '../retry.ts'
import { storable } from '../storable.ts'
import { createDeliveries, wakeChannel } from './deliveries.ts'
import { type PullSubscription, pull } from './subscription.ts'

/** What {@link createPostgresBroker} needs. */
export interface PostgresBrokerOptions {
  /** A pool whose role may use the schema `messaging`. */
  readonly pool: Pool
  /** Keeps several shops in one database apart; `plinth` unless given. */
  readonly namespace?: string
  readonly logger: Logger
  /** Milliseconds before the second attempt, the third, and so on. */
  readonly delaysMs?: readonly number[]
  /** How long a consumer that went silent keeps its messages from the others; 15 s unless given. */
  readonly leaseMs?: number
}

/** The broker over PostgreSQL itself, for shops without RabbitMQ: a row for each event and queue. */
export const createPostgresBroker = ({
  pool,
  namespace = 'plinth',
  logger,
  delaysMs = defaultDelaysMs,
  leaseMs = 15_000,
}: PostgresBrokerOptions): Broker => {
  const database = createDatabase({ pool, schema: 'messaging' })
  const bindings = createBindings(database, namespace, logger)
  const deliveries = createDeliveries(database, namespace)
  const subscriptions = new Set<PullSubscription>()
  const closing = new AbortController()
  const wakeAll = () => {
    for (const subscription of subscriptions) subscription.wake()
  }
  let listening: ReturnType<Pool['listen']> | undefined
  return {
    namespace,
    status: () => (closing.signal.aborted ? { up: false, reason: 'closed' } : { up: true }),
    bind: bindings.add,
    declare: queues => bindings.ensure(queues, closing.signal),
    async publish(messages) {
      const outcomes = await deliveries.publish(messages)
      wakeAll()
      return outcomes
    },
    subscribe(queue, deliver) {
      const subscription = pull({
        deliveries,
        bind: () => bindings.add([queue]),
        queue: queue.queue,
        deliver,
        concurrency: queue.concurrency ?? defaultConcurrency,
        delaysMs,
        leaseMs,
        logger,
      })
      subscriptions.add(subscription)
      listening ??= pool.listen(wakeChannel, payload => payload === namespace && wakeAll(), wakeAll)
      return {
        bound: subscription.ready,
        ready: subscription.ready,
        async [Symbol.asyncDispose]() {
          await subscription[Symbol.asyncDispose]()
          subscriptions.delete(subscription)
        },
      }
    },
    async redeliver(queue, event) {
      if (!(await bindings.has(queue))) throw new Error(`there is no queue ${queue}`)
      const message = storable(typeof event === 'string' ? event : JSON.stringify(event))
      await deliveries.put(queue, cloudEvent.safeParse(message).data?.id ?? newId(), message)
      wakeAll()
    },
    collectDead: () => ({ ready: Promise.resolve(), [Symbol.asyncDispose]: async () => undefined }),
    async [Symbol.asyncDispose]() {
      closing.abort()
      listening?.end()
    },
  }
}
