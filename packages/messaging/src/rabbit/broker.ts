import { createDatabase, type Pool } from '@plinth/postgres'
import type { Logger } from '@plinth/telemetry'
import { createBindings } from '../bindings.ts'
import { type Broker, defaultConcurrency } from '../broker.ts'
import { defaultDelaysMs } from '../retry.ts'
import { attemptWith } from './attempt.ts'
import { keepChannel } from './channel.ts'
import { openConnection } from './connection.ts'
import { createCopies } from './copies.ts'
import { createDeclarations } from './declaring.ts'
import { deathIn } from './headers.ts'
import { createPublisher, type Publication } from './publisher.ts'
import { consume } from './subscription.ts'
import { topologyOf } from './topology.ts'

/** What {@link createRabbitBroker} needs. */
export interface RabbitBrokerOptions {
  /** `amqp://user:password@host:5672/vhost`. RabbitMQ 3.10 or later. */
  readonly url: string
  /** A pool whose role may use the schema `messaging`. */
  readonly pool: Pool
  /** Prefix of every exchange and queue; `plinth` unless given. */
  readonly namespace?: string
  readonly logger: Logger
  /** Milliseconds before the second attempt, the third, and so on. Each is a queue of its own. */
  readonly delaysMs?: readonly number[]
  /**
   * Whether queues are bound by event type, too, as those of outsiders are; not unless given. For consumers whose
   * database is not that of the events' domains, where nobody finds written down what they take.
   */
  readonly boundByType?: boolean
  /** Milliseconds the server may take to confirm a batch before its connection counts as dead; 5 s unless given. */
  readonly confirmMs?: number
}

/**
 * The broker over RabbitMQ. It connects by itself, and again whenever the server went away; nothing
 * waits for the server but `declare`. Publishing and consuming have a connection each, because a server
 * short of memory or disk stops reading from connections that publish.
 */
export const createRabbitBroker = ({
  url,
  pool,
  namespace = 'plinth',
  logger,
  delaysMs = defaultDelaysMs,
  boundByType = false,
  confirmMs = 5_000,
}: RabbitBrokerOptions): Broker => {
  const topology = topologyOf(namespace, delaysMs, boundByType)
  const bindings = createBindings(createDatabase({ pool, schema: 'messaging' }), namespace, logger)
  const publishing = openConnection({ url, name: `${namespace} publish`, logger })
  const consuming = openConnection({ url, name: `${namespace} consume`, logger })
  const declarations = createDeclarations(publishing, topology, logger)
  const publisher = createPublisher(publishing, () => outgoing.current(), confirmMs)
  const copies = createCopies(publisher, bindings, topology)
  const closing = new AbortController()
  const outgoing = keepChannel(publishing, {
    name: `${namespace} publish`,
    logger,
    setup: async channel => {
      publisher.watch(channel)
      await topology.declareBase(channel)
      // One queue that the server refuses must not keep the others' events from flowing.
      await declarations.declareRemembered().catch(() => undefined)
    },
  })

  const passOn = async (publication: Publication) => {
    const [end] = await publisher.publish([publication])
    if (end !== 'confirmed') throw new Error(`there is no queue ${publication.routingKey}`)
  }

  return {
    namespace,

    status() {
      const status = publishing.status()
      if (!status.up) return status
      return outgoing.current() === undefined ? { up: false, reason: 'no channel' } : { up: true }
    },

    bind: bindings.add,

    async declare(queues) {
      await bindings.ensure(queues, closing.signal)
      await declarations.declare(queues, closing.signal)
    },

    publish: copies.publish,

    subscribe(queue, deliver) {
      declarations.remember(queue)
      const bound = bindings.ensure([queue], closing.signal)
      const name = topology.queue(queue.queue)
      const subscription = consume({
        connection: consuming,
        queue: name,
        concurrency: queue.concurrency ?? defaultConcurrency,
        logger,
        declare: async channel => {
          await topology.declareBase(channel)
          await topology.declareQueue(channel, queue)
        },
        attempt: attemptWith({ topology, queue: name, delaysMs, deliver }),
        conclude: async copy => copy && passOn(copy),
      })
      return { ...subscription, bound, ready: bound.then(() => subscription.ready) }
    },

    async redeliver(queue, event) {
      const body = Buffer.from(typeof event === 'string' ? event : JSON.stringify(event))
      await passOn({ exchange: '', routingKey: topology.queue(queue), body, mandatory: true })
    },

    collectDead: store =>
      consume({
        connection: consuming,
        queue: topology.dead,
        concurrency: defaultConcurrency,
        logger,
        declare: channel => topology.declareBase(channel),
        attempt: async message => message,
        conclude: async ({ content, properties }) => {
          const { queue, error, attempts } = deathIn(properties.headers)
          const consumer = queue === undefined ? 'unknown' : topology.consumer(queue)
          await store({ queue: consumer, body: content.toString(), error, attempts })
        },
      }),

    async [Symbol.asyncDispose]() {
      closing.abort()
      await outgoing[Symbol.asyncDispose]()
      await Promise.all([publishing[Symbol.asyncDispose](), consuming[Symbol.asyncDispose]()])
    },
  }
}
