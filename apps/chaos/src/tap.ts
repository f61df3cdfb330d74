import { connect } from 'amqplib'
import { z } from 'zod'

/** Somebody who listens in on a shop's exchange, and remembers. */
export interface Tap extends AsyncDisposable {
  /** How often each event came by, by its id. More than once is allowed, out of nowhere is not. */
  readonly seen: () => ReadonlyMap<string, number>
}

const envelope = z.object({ id: z.string() })

/** Binds a queue of its own to the exchange of a shop that has been opened; `url` leads to RabbitMQ itself, past any proxy. */
export const tapEvents = async (url: string, namespace: string): Promise<Tap> => {
  const seen = new Map<string, number>()
  const connection = await connect(url)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, `${namespace}.events`, '#')
  const note = (content: string) => {
    const { id } = envelope.parse(JSON.parse(content))
    seen.set(id, (seen.get(id) ?? 0) + 1)
  }
  await channel.consume(queue, message => message && note(message.content.toString()), { noAck: true })
  return { seen: () => seen, [Symbol.asyncDispose]: () => connection.close() }
}
