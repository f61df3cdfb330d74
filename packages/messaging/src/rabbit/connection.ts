import { Socket } from 'node:net'
import type { Logger } from '@plinth/telemetry'
import { safeMessage } from '@plinth/telemetry'
import { connect } from 'amqp-connection-manager'
import type { ChannelModel } from 'amqplib'
import type { BrokerStatus } from '../broker.ts'
import { settledWithin } from '../within.ts'

/** One connection that comes back by itself. */
export interface RabbitConnection extends AsyncDisposable {
  status(): BrokerStatus
  /** The live connection, if there is one. */
  model(): ChannelModel | undefined
  /** Calls the listener for the live connection and for every one to come; returns how to stop that. */
  onConnect(listener: (model: ChannelModel) => void): () => void
  /** Cuts a connection that no longer answers; a new one follows. */
  drop(): void
}

/** What {@link openConnection} needs. */
export interface ConnectionOptions {
  /** `amqp://user:password@host:5672/vhost` */
  readonly url: string
  /** Shown by the server's own tools. */
  readonly name: string
  readonly logger: Logger
}

/**
 * Keeps a connection open: tries again every second, notices a peer that hangs by its heartbeats within
 * 15 s. amqp-connection-manager does the connecting and nothing else; its channel wrapper queues
 * publications in memory, sends acks to whatever channel is the present one, and does not come back
 * from channel-level errors.
 */
export const openConnection = ({ url, name, logger }: ConnectionOptions): RabbitConnection => {
  const listeners = new Set<(model: ChannelModel) => void>()
  let reason: string | undefined = 'not connected yet'
  let disposed = false
  const manager = connect([url], {
    heartbeatIntervalInSeconds: 5,
    reconnectTimeInSeconds: 1,
    connectionOptions: { timeout: 4_000, noDelay: true, clientProperties: { connection_name: name } },
  })
  const lost = (error: unknown) => {
    const why = error instanceof Error ? safeMessage(error) : 'connection closed'
    if (why !== reason && !disposed) logger.warn({ connection: name, reason: why }, 'RabbitMQ is away')
    reason = why
  }
  manager.on('connectFailed', ({ err }) => lost(err))
  manager.on('disconnect', ({ err }) => lost(err))
  manager.on('blocked', blocked => {
    reason = `blocked by the server: ${blocked.reason}`
    logger.warn({ connection: name, reason }, 'RabbitMQ takes no messages')
  })
  manager.on('unblocked', () => {
    reason = undefined
  })
  manager.on('connect', () => {
    reason = undefined
    logger.info({ connection: name }, 'RabbitMQ is there')
    const model = manager.connection
    gatherWrites(socketOf(model))
    if (model !== undefined) for (const listener of listeners) listener(model)
  })
  const cut = () => {
    const socket = socketOf(manager.connection)
    socket?.destroy(new Error('the server does not answer'))
  }
  return {
    status() {
      if (disposed) return { up: false, reason: 'closed' }
      return reason === undefined ? { up: true } : { up: false, reason }
    },
    model: () => manager.connection,
    onConnect(listener) {
      listeners.add(listener)
      if (manager.connection !== undefined) listener(manager.connection)
      return () => listeners.delete(listener)
    },
    drop: cut,
    async [Symbol.asyncDispose]() {
      listeners.clear()
      disposed = true
      const wasConnected = manager.isConnected()
      const closed = manager.close()
      // While it waits to connect again, the manager's close() never resolves.
      if (!wasConnected) return void closed.catch(() => undefined)
      if (!(await settledWithin(closeMs, closed))) cut()
    },
  }
}

const closeMs = 1_000

/** Sends in one system call what the library writes in one go: it writes each frame, an ack say, by itself. */
const gatherWrites = (socket: Socket | undefined): void => {
  if (socket === undefined) return
  const write = socket.write.bind(socket)
  let held = false
  const send = () => {
    held = false
    socket.uncork()
  }
  const gather = (...args: Parameters<typeof write>): boolean => {
    if (!held) {
      held = true
      socket.cork()
      process.nextTick(send)
    }
    return write(...args)
  }
  Object.assign(socket, { write: gather })
}

/** amqplib keeps its socket here and offers no way to cut it; a hung peer never answers a proper close. */
const socketOf = (model: ChannelModel | undefined): Socket | undefined => {
  const stream: unknown = model && Reflect.get(model.connection, 'stream')
  return stream instanceof Socket ? stream : undefined
}
