import type { Logger } from '@plinth/telemetry'
import type { Queue } from '../broker.ts'
import { pause } from '../within.ts'
import type { RabbitConnection } from './connection.ts'
import type { Topology } from './topology.ts'

/** Knows the queues of this process, and makes them stand. */
export interface Declarations {
  /** Remembers the queue, to be declared on every new connection. */
  remember(queue: Queue): void
  /** Declares all that are remembered; rejects when one is refused or there is no connection. */
  declareRemembered(): Promise<void>
  /** Remembers and declares, trying again until it succeeds or the signal fires. */
  declare(queues: readonly Queue[], signal: AbortSignal): Promise<void>
}

/** Declarations over a connection. */
export const createDeclarations = (
  connection: RabbitConnection,
  topology: Topology,
  logger: Logger,
): Declarations => {
  const remembered = new Map<string, Set<string>>()

  /** On a channel of its own: the server closes the channel of a declaration that it refuses. */
  const declareAll = async (queues: readonly Queue[]) => {
    const model = connection.model()
    if (model === undefined) throw new Error('not connected')
    const channel = await model.createChannel()
    channel.on('error', error => logger.error({ err: error }, 'RabbitMQ refuses a declaration'))
    await topology.declareBase(channel)
    for (const queue of queues) await topology.declareQueue(channel, queue)
    await channel.close()
  }

  const remember = ({ queue, types }: Queue) => {
    remembered.set(queue, new Set([...(remembered.get(queue) ?? []), ...types]))
  }

  return {
    remember,
    declareRemembered: () =>
      declareAll([...remembered].map(([queue, types]) => ({ queue, types: [...types] }))),
    async declare(queues, signal) {
      for (const queue of queues) remember(queue)
      while (!signal.aborted) {
        try {
          return await declareAll(queues)
        } catch {
          await pause(connection.model() === undefined ? connectedYetMs : refusedMs, signal)
        }
      }
    },
  }
}

const connectedYetMs = 50
const refusedMs = 1_000
