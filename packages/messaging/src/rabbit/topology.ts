import type { Channel } from 'amqplib'
import type { Queue } from '../broker.ts'
import { maxCrashes } from '../retry.ts'

/**
 * What stands on the server for one namespace, `plinth` say:
 *
 * - `plinth.<consumer>`, a queue for each consumer, which is sent copies by its name and bound to nothing
 * - `plinth.events`, a topic exchange: a copy of every event by its type, for whoever listens from outside
 * - `plinth.retry.<ms>`, exchange and queue for each delay: a message waits there and then goes back to
 *   the queue that its routing key names
 * - `plinth.dead`, exchange and queue: what nobody could handle, until it is collected
 *
 * All queues are quorum queues. Their arguments never change, so declaring them again always succeeds: a
 * new delay is a new name.
 */
export interface Topology {
  readonly events: string
  readonly dead: string
  /** Exchange for a delay of `ms`. */
  retry(ms: number): string
  /** The queue's name on the server. */
  queue(name: string): string
  /** The consumer's name back from the queue's. */
  consumer(queue: string): string
  /** Declares what does not depend on consumers. */
  declareBase(channel: Channel): Promise<void>
  /** Declares one consumer's queue. */
  declareQueue(channel: Channel, queue: Queue): Promise<void>
}

/**
 * The names and declarations of a namespace.
 *
 * @param byType whether consumers' queues listen as outsiders do
 */
export const topologyOf = (namespace: string, delaysMs: readonly number[], byType: boolean): Topology => {
  const prefix = `${namespace}.`
  const events = `${prefix}events`
  const dead = `${prefix}dead`
  const retry = (ms: number) => `${prefix}retry.${ms}`
  return {
    events,
    dead,
    retry,
    queue: name => `${prefix}${name}`,
    consumer: queue => (queue.startsWith(prefix) ? queue.slice(prefix.length) : queue),

    async declareBase(channel) {
      await channel.assertExchange(events, 'topic', { durable: true })
      await channel.assertExchange(dead, 'fanout', { durable: true })
      await channel.assertQueue(dead, quorum({ 'x-delivery-limit': practicallyNever }))
      await channel.bindQueue(dead, dead, '')
      for (const ms of delaysMs) {
        await channel.assertExchange(retry(ms), 'fanout', { durable: true })
        await channel.assertQueue(retry(ms), quorum({ 'x-message-ttl': ms, ...deadLetteredTo('') }))
        await channel.bindQueue(retry(ms), retry(ms), '')
      }
    },

    async declareQueue(channel, { queue, types }) {
      const name = `${prefix}${queue}`
      await channel.assertQueue(name, quorum({ 'x-delivery-limit': maxCrashes, ...deadLetteredTo(dead) }))
      if (byType) for (const type of types) await channel.bindQueue(name, events, type)
    },
  }
}

const quorum = (more: Readonly<Record<string, unknown>>) => ({
  durable: true,
  arguments: { 'x-queue-type': 'quorum', ...more },
})

/**
 * By default a quorum queue forgets a message as it dead-letters it, and a crash in between loses it. The
 * strategy `at-least-once` keeps it until the target has confirmed; it asks for `reject-publish`.
 */
const deadLetteredTo = (exchange: string) => ({
  'x-dead-letter-exchange': exchange,
  'x-dead-letter-strategy': 'at-least-once',
  'x-overflow': 'reject-publish',
})

/** RabbitMQ 4 drops after 20 redeliveries what has no limit of its own; a dead letter must outlast that. */
const practicallyNever = 1_000_000_000
