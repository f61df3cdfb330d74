import { connect } from 'amqplib'

/** Somebody who listens in on a shop's events at RabbitMQ. */
export interface Tap extends AsyncDisposable {
  /** Types of the events that have come by. */
  readonly types: () => Set<string>
}

/** Binds a queue of its own to the exchange of a shop that has been opened. */
export const tapEvents = async (amqpUrl: string, namespace: string): Promise<Tap> => {
  const types = new Set<string>()
  const connection = await connect(amqpUrl)
  const channel = await connection.createChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  await channel.bindQueue(queue, `${namespace}.events`, '#')
  await channel.consume(queue, message => message !== null && types.add(message.fields.routingKey), {
    noAck: true,
  })
  return { types: () => types, [Symbol.asyncDispose]: () => connection.close() }
}
