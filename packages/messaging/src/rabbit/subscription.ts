import type { Logger } from '@plinth/telemetry'
import type { ConfirmChannel, ConsumeMessage } from 'amqplib'
import type { Subscription } from '../broker.ts'
import { pause, settledWithin } from '../within.ts'
import { keepChannel } from './channel.ts'
import type { RabbitConnection } from './connection.ts'

/** What {@link consume} needs. */
export interface ConsumeOptions<Result> {
  readonly connection: RabbitConnection
  /** The queue's name on the server. */
  readonly queue: string
  /** How many messages may be in hand at a time. */
  readonly concurrency: number
  readonly logger: Logger
  /** Declares the queue. */
  readonly declare: (channel: ConfirmChannel) => Promise<void>
  /** Does with a message what is to be done once. Never rejects. */
  readonly attempt: (message: ConsumeMessage) => Promise<Result>
  /** Puts the result where it is safe, before the message is acknowledged; tried again while it rejects. */
  readonly conclude: (result: Result) => Promise<void>
}

/** Consumes a queue over a channel of its own, so that its faults are nobody else's. */
export const consume = <Result>(options: ConsumeOptions<Result>): Subscription => {
  const { connection, queue, concurrency, logger, declare, attempt, conclude } = options
  const inHand = new Set<Promise<void>>()
  const stopping = new AbortController()
  let consumerTag: string | undefined

  const take = async (channel: ConfirmChannel, message: ConsumeMessage, closed: AbortSignal) => {
    const result = await attempt(message)
    while (!closed.aborted) {
      try {
        await conclude(result)
        // An ack belongs on the channel that the message came by. If that is gone, the message comes again.
        if (!closed.aborted) channel.ack(message)
        return
      } catch (error) {
        logger.warn({ queue, err: error }, 'the end of a message could not be recorded yet')
        if (stopping.signal.aborted) return
        await pause(concludeAgainMs, AbortSignal.any([closed, stopping.signal]))
      }
    }
  }

  const channel = keepChannel(connection, {
    name: queue,
    logger,
    setup: async opened => {
      const closed = new AbortController()
      opened.once('close', () => closed.abort())
      await declare(opened)
      await opened.prefetch(concurrency)
      const reply = await opened.consume(queue, message => {
        // The server takes the consumer away when the queue is deleted: a new channel declares it again.
        if (message === null) return void opened.close().catch(() => undefined)
        const taking: Promise<void> = take(opened, message, closed.signal).finally(() =>
          inHand.delete(taking),
        )
        inHand.add(taking)
      })
      consumerTag = reply.consumerTag
    },
  })

  return {
    ready: channel.ready,
    async [Symbol.asyncDispose]() {
      stopping.abort()
      const open = channel.current()
      if (open !== undefined && consumerTag !== undefined)
        await settledWithin(cancelMs, open.cancel(consumerTag))
      if (!(await settledWithin(drainMs, Promise.allSettled(inHand))))
        logger.warn({ queue, messages: inHand.size }, 'left unfinished; they will be delivered again')
      await channel[Symbol.asyncDispose]()
    },
  }
}

const concludeAgainMs = 1_000
const cancelMs = 1_000
const drainMs = 5_000
