import { setTimeout as sleep } from 'node:timers/promises'
import { type ChannelModel, connect } from 'amqplib'
import { z } from 'zod'

/** Somebody who listens in on a shop's exchange, and remembers. */
export interface Tap extends AsyncDisposable {
  /** How often each event came by, by its id. More than once is allowed, out of nowhere is not. */
  readonly seen: () => ReadonlyMap<string, number>
}

const envelope = z.object({ id: z.string() })

/**
 * Binds a queue of its own to the exchange of a shop that has been opened; `url` leads to RabbitMQ itself, past any
 * proxy. When RabbitMQ dies it binds another once that is back: what came by meanwhile it has not seen.
 */
export const tapEvents = async (url: string, namespace: string): Promise<Tap> => {
  const seen = new Map<string, number>()
  let closed = false
  let connection: ChannelModel

  const listen = async () => {
    connection = await connect(url)
    // What an error means comes with the end that follows it.
    connection.on('error', () => undefined)
    connection.once('close', () => void listenAgain())
    const channel = await connection.createChannel()
    channel.on('error', () => undefined)
    const { queue } = await channel.assertQueue('', { exclusive: true })
    await channel.bindQueue(queue, `${namespace}.events`, '#')
    const note = (content: string) => {
      const { id } = envelope.parse(JSON.parse(content))
      seen.set(id, (seen.get(id) ?? 0) + 1)
    }
    await channel.consume(queue, message => message && note(message.content.toString()), { noAck: true })
  }
  const listenAgain = async () => {
    while (!closed) {
      const listening = await listen().then(
        () => true,
        () => false,
      )
      if (listening) return
      await sleep(250)
    }
  }
  await listen()
  return {
    seen: () => seen,
    async [Symbol.asyncDispose]() {
      closed = true
      await connection.close().catch(() => undefined)
    },
  }
}
