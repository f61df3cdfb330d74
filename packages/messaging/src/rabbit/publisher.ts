import { Unavailable } from '@plinth/kernel'
import type { ConfirmChannel } from 'amqplib'
import { settledWithin } from '../within.ts'
import type { RabbitConnection } from './connection.ts'

/** One message on its way to an exchange. */
export interface Publication {
  readonly exchange: string
  readonly routingKey: string
  /** JSON */
  readonly body: Buffer
  readonly messageId?: string
  readonly type?: string
  readonly headers?: Readonly<Record<string, string | number | readonly string[]>>
  readonly mandatory: boolean
}

/** The server has the message safely, or a mandatory one came back because no queue takes it. */
export type End = 'confirmed' | 'returned'

/** Publishes and waits for the server's confirms. */
export interface Publisher {
  /** Their ends, in order. Rejects at once when the server is away, and when it does not answer in time. */
  publish(publications: readonly Publication[]): Promise<End[]>
  /** Throws while the server is away. */
  ensureUp(): void
  /** To be called in the setup of every channel that is published on. */
  watch(channel: ConfirmChannel): void
}

/** A publisher over whatever channel is open. */
export const createPublisher = (
  connection: RabbitConnection,
  current: () => ConfirmChannel | undefined,
  confirmMs: number,
): Publisher => {
  /** What the server could not route, until it confirms it; what it does not confirm any more goes with the channel. */
  const returns = new WeakMap<ConfirmChannel, Set<unknown>>()
  let published = 0

  const open = (): ConfirmChannel => {
    const status = connection.status()
    if (!status.up) throw Unavailable(`the broker is away: ${status.reason}`)
    const channel = current()
    if (channel === undefined) throw Unavailable('the broker is away: no channel')
    return channel
  }

  const send = (channel: ConfirmChannel, publication: Publication): Promise<End> =>
    new Promise((resolve, reject) => {
      const correlationId = String(++published)
      // The server confirms what it cannot route as well, and returns it before it confirms it.
      channel.publish(
        publication.exchange,
        publication.routingKey,
        publication.body,
        propertiesOf(publication, correlationId),
        error => {
          const isReturned = returns.get(channel)?.delete(correlationId) === true
          if (error) reject(Unavailable('the broker did not take the message', { cause: error }))
          else resolve(isReturned ? 'returned' : 'confirmed')
        },
      )
    })

  return {
    ensureUp: () => void open(),
    watch: channel => {
      const returned = new Set<unknown>()
      returns.set(channel, returned)
      channel.on('return', ({ properties }) => returned.add(properties.correlationId))
    },
    async publish(publications) {
      const channel = open()
      const ends = Promise.all(publications.map(publication => send(channel, publication)))
      if (await settledWithin(confirmMs, ends)) return await ends
      if (connection.status().up) connection.drop()
      throw Unavailable(`the broker did not confirm within ${confirmMs} ms`)
    },
  }
}

const propertiesOf = ({ messageId, type, headers, mandatory }: Publication, correlationId: string) => ({
  persistent: true,
  mandatory,
  contentType: 'application/cloudevents+json',
  correlationId,
  ...(messageId !== undefined && { messageId }),
  ...(type !== undefined && { type }),
  ...(headers !== undefined && { headers }),
})
