import type { Logger } from '@plinth/telemetry'
import type { BusHandler } from './bus.ts'

interface Subscription {
  readonly handler: BusHandler
  readonly onGap: () => void
}

/** Who listens to which channel within this process. */
export const createSubscriptions = (logger: Logger) => {
  const channels = new Map<string, Set<Subscription>>()
  const hear = async (channel: string, handler: BusHandler, message: unknown) => {
    try {
      await handler(message)
    } catch (err) {
      logger.error({ err, channel }, 'a bus handler failed')
    }
  }
  return {
    channels: (): readonly string[] => [...channels.keys()],
    /** Returns whether the channel is new, and how to leave, which tells whether it was the last one. */
    add(channel: string, handler: BusHandler, onGap: () => void): { first: boolean; leave: () => boolean } {
      const subscription = { handler, onGap }
      const known = channels.get(channel)
      const members = known ?? new Set()
      members.add(subscription)
      channels.set(channel, members)
      return {
        first: known === undefined,
        leave: () => members.delete(subscription) && members.size === 0 && channels.delete(channel),
      }
    },
    deliver(channel: string, text: string): void {
      const members = channels.get(channel)
      if (members === undefined) return
      const message = parse(text)
      if (message === undefined) {
        logger.warn({ channel }, 'a bus message was not JSON')
        return
      }
      for (const { handler } of [...members]) void hear(channel, handler, message.value)
    },
    gap(channel: string): void {
      for (const { onGap } of channels.get(channel) ?? []) onGap()
    },
    clear: () => channels.clear(),
  }
}

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}
