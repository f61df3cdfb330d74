import type { Bindings } from '../bindings.ts'
import type { Broker, Message } from '../broker.ts'
import { addressedHeaders } from './headers.ts'
import type { Publication, Publisher } from './publisher.ts'
import type { Topology } from './topology.ts'

/**
 * Publishes events: of each one copy straight to the queue of each of its consumers, and one to the exchange, for
 * whoever listens from outside; all at once.
 *
 * RabbitMQ says of a message that no queue took it, but not that one of several did not; so each consumer's copy is a
 * message of its own. It goes through the default exchange, where a queue is reached as long as it exists: there is no
 * binding on the server that somebody could remove.
 */
export const createCopies = (
  publisher: Publisher,
  bindings: Bindings,
  topology: Topology,
): Pick<Broker, 'publish'> => {
  /**
   * Who has a copy of an event that others could not get. It is published again, and they need not have it again;
   * where that is forgotten they get it twice, and tell by its id.
   */
  const given = new Map<string, ReadonlySet<string>>()

  const remember = (id: string, receivers: ReadonlySet<string>) => {
    given.set(id, receivers)
    const [oldest] = given.keys()
    if (given.size > remembered && oldest !== undefined) given.delete(oldest)
  }

  return {
    async publish(messages) {
      publisher.ensureUp()
      const queuesOf = await bindings.of(messages.map(({ event }) => event.type))
      const sendings = messages.map(message => {
        const { id, type } = message.event
        const queues = queuesOf.get(type) ?? []
        const copies = copiesOf(topology, message, queues)
        return { id, queues, copies: copies.filter(({ to }) => given.get(id)?.has(to) !== true) }
      })
      const ends = await publisher.publish(sendings.flatMap(({ copies }) => copies))
      let at = 0
      return sendings.map(({ id, queues, copies }) => {
        const returned = new Set(copies.filter((_, n) => ends[at + n] === 'returned').map(({ to }) => to))
        at += copies.length
        if (returned.size === 0) {
          given.delete(id)
          return 'confirmed'
        }
        const missing = queues.filter(queue => returned.has(queue))
        if (missing.length > 0) remember(id, new Set([outside, ...queues].filter(to => !returned.has(to))))
        return { missing }
      })
    },
  }
}

interface Copy extends Publication {
  /** The consumer's queue, or {@link outside}. */
  readonly to: string
}

const outside = 'outside'

const copiesOf = (topology: Topology, { event, mandatory }: Message, queues: readonly string[]): Copy[] => {
  const copy = { body: Buffer.from(JSON.stringify(event)), messageId: event.id, type: event.type }
  const own = queues.map(to => ({
    ...copy,
    to,
    exchange: '',
    routingKey: topology.queue(to),
    mandatory: true,
  }))
  const open = {
    ...copy,
    to: outside,
    exchange: topology.events,
    routingKey: event.type,
    mandatory: mandatory && own.length === 0,
    headers: addressedHeaders(own.map(({ routingKey }) => routingKey)),
  }
  return [...own, open]
}

/** How many events are remembered, however many wait for a queue that is missing. */
const remembered = 10_000
