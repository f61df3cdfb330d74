import type { Logger } from '@plinth/telemetry'
import type { ChannelModel, ConfirmChannel } from 'amqplib'
import { settledWithin } from '../within.ts'
import type { RabbitConnection } from './connection.ts'

/** A channel that is opened again whenever it or its connection closes. */
export interface KeptChannel extends AsyncDisposable {
  /** The open channel, set up; undefined while there is none. */
  current(): ConfirmChannel | undefined
  /** Resolves when it first stands. */
  readonly ready: Promise<void>
}

/** What {@link keepChannel} needs. */
export interface KeptChannelOptions {
  /** For the log. */
  readonly name: string
  readonly logger: Logger
  /** Runs on every new channel before it counts as open. */
  readonly setup: (channel: ConfirmChannel) => Promise<void>
}

/** Keeps one channel open on a connection. */
export const keepChannel = (
  connection: RabbitConnection,
  { name, logger, setup }: KeptChannelOptions,
): KeptChannel => {
  const ready = Promise.withResolvers<void>()
  let current: ConfirmChannel | undefined
  let again: NodeJS.Timeout | undefined
  let disposed = false

  const open = async (model: ChannelModel) => {
    let channel: ConfirmChannel | undefined
    try {
      channel = await model.createConfirmChannel()
      const opened = channel
      opened.on('error', error => logger.warn({ channel: name, err: error }, 'channel closed by RabbitMQ'))
      opened.once('close', () => {
        if (current === opened) current = undefined
        reopen(model)
      })
      await setup(opened)
      if (disposed) return void closing(opened).catch(() => undefined)
      current = opened
      ready.resolve()
    } catch (error) {
      if (connection.model() === model) logger.warn({ channel: name, err: error }, 'channel not set up')
      if (channel !== undefined) closing(channel).catch(() => undefined)
      reopen(model)
    }
  }
  const reopen = (model: ChannelModel) => {
    if (disposed || connection.model() !== model) return
    clearTimeout(again)
    again = setTimeout(() => {
      if (connection.model() === model) void open(model)
    }, reopenMs)
  }
  const stop = connection.onConnect(model => void open(model))

  return {
    current: () => current,
    ready: ready.promise,
    async [Symbol.asyncDispose]() {
      disposed = true
      stop()
      clearTimeout(again)
      const channel = current
      current = undefined
      if (channel !== undefined) await settledWithin(closeMs, closing(channel))
    },
  }
}

const reopenMs = 300
const closeMs = 500

/** Closing a channel that is closed already throws at once. */
const closing = async (channel: ConfirmChannel) => channel.close()
