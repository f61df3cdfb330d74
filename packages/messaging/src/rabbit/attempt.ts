import { safeMessage } from '@plinth/telemetry'
import type { ConsumeMessage } from 'amqplib'
import type { Deliver, Delivery, Verdict } from '../broker.ts'
import { nextStep } from '../retry.ts'
import { deadHeaders, isAddressed, progressIn, retryHeaders } from './headers.ts'
import type { Publication } from './publisher.ts'
import type { Topology } from './topology.ts'

/** What {@link attemptWith} needs. */
export interface AttemptOptions {
  readonly topology: Topology
  /** The queue's name on the server. */
  readonly queue: string
  readonly delaysMs: readonly number[]
  readonly deliver: Deliver
}

/**
 * Tries a message once, and says where its copy goes before the message itself may be acknowledged:
 * nowhere, to wait for another attempt, or to the dead letters.
 */
export const attemptWith =
  ({ topology, queue, delaysMs, deliver }: AttemptOptions) =>
  async (message: ConsumeMessage): Promise<Publication | undefined> => {
    const { headers, messageId, type } = message.properties
    // Of a queue that is bound to the exchange besides, by hand or by an earlier release: its own copy is handled.
    if (message.fields.exchange === topology.events && isAddressed(headers, queue)) return undefined
    const progress = progressIn(headers)
    const verdict = await tried(deliver, { event: eventIn(message), attempt: progress.failures + 1 })
    const next = nextStep(verdict, progress, delaysMs)
    const copy = {
      routingKey: queue,
      body: message.content,
      mandatory: true,
      ...(typeof messageId === 'string' && { messageId }),
      ...(typeof type === 'string' && { type }),
    }
    switch (next.step) {
      case 'forget':
        return undefined
      case 'retry':
        return { ...copy, exchange: topology.retry(next.delayMs), headers: retryHeaders(next.progress) }
      case 'bury':
        return { ...copy, exchange: topology.dead, headers: deadHeaders(queue, next.error, next.attempts) }
    }
  }

const tried = async (deliver: Deliver, delivery: Delivery): Promise<Verdict> => {
  try {
    return await deliver(delivery)
  } catch (error) {
    return { kind: 'failed', error: safeMessage(error) }
  }
}

const eventIn = ({ content }: ConsumeMessage): unknown => {
  const text = content.toString()
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
