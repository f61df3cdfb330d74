import { randomUUID } from 'node:crypto'
import { newId } from '@plinth/kernel'
import { eventually } from '@plinth/testing'
import { expect } from 'vitest'
import type { Broker, Delivery, Message, Verdict } from '../src/index.ts'

/** How the suite makes brokers: each call is another process's broker over the same server and namespace. */
export interface BrokerUnderTest {
  open(namespace: string): Promise<Broker>
  /** Cuts a broker off as `kill -9` would: no ack, no goodbye. Its messages must come to somebody else. */
  kill(broker: Broker): Promise<void>
  /** The dead letters of a namespace as the adapter stores or hands them over. */
  dead(broker: Broker): Promise<DeadSink>
  /** Leaves nothing behind, once all brokers are disposed. */
  clear(namespace: string): Promise<void>
}

/** The queues that the suite makes. */
export const queuesOfTheSuite = ['a.b', 'a.one', 'a.other', 'mails.all', 'stock.restock']

/** What died so far. */
export interface DeadSink extends AsyncDisposable {
  letters(): Promise<{ queue: string; error: string; attempts: number; event: unknown }[]>
}

/** A message of a type, with data to tell it by. */
export const message = (type: string, data: unknown = {}, mandatory = true): Message => ({
  mandatory,
  event: {
    specversion: '1.0',
    id: newId(),
    source: '/plinth/orders',
    type,
    subject: newId(),
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    dataschema: `urn:plinth:event:${type}:1`,
    data,
  },
})

/** The happy verdict. */
export const handled: Verdict = { kind: 'handled' }

/** A broker that is up, in a namespace of its own; `another` is one more over the same. */
export const opened = async (under: BrokerUnderTest) => {
  const namespace = `test-${randomUUID()}`
  const brokers: Broker[] = []
  const another = async () => {
    const broker = await under.open(namespace)
    brokers.push(broker)
    return broker
  }
  const broker = await another()
  await eventually(() => expect(broker.status()).toEqual({ up: true }))
  return {
    broker,
    another,
    kill: (doomed: Broker) => under.kill(doomed),
    dead: () => under.dead(broker),
    async [Symbol.asyncDispose]() {
      await Promise.all(brokers.map(each => each[Symbol.asyncDispose]()))
      await under.clear(namespace)
    },
  }
}

/** Remembers what is delivered, and handles it. */
export const recorder = () => {
  const seen: Delivery[] = []
  return {
    seen,
    ids: () => seen.map(({ event }) => idOf(event)),
    take: async (delivery: Delivery): Promise<Verdict> => {
      seen.push(delivery)
      return handled
    },
  }
}

const idOf = (event: unknown): string =>
  typeof event === 'object' && event !== null && 'id' in event ? String(event.id) : 'no id'

/** Whether the message was made to fail. */
export const isPoison = ({ event }: Delivery) => JSON.stringify(event).includes('"poison":true')
