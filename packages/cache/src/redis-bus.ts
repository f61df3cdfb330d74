import type { Logger } from '@plinth/telemetry'
import { silentLogger } from '@plinth/telemetry'
import type { Bus } from './bus.ts'
import type { RedisConnection } from './redis-connection.ts'
import { createSubscriptions } from './subscriptions.ts'

/** What the bus between replicas is made with. */
export interface RedisBusOptions {
  readonly redis: RedisConnection
  readonly logger?: Logger
}

/** A bus over Redis Pub/Sub; it listens on a connection of its own and finds back by itself. */
export const createRedisBus = ({ redis, logger = silentLogger }: RedisBusOptions): Bus => {
  const subscriptions = createSubscriptions(logger)
  const { client, close } = redis.openClient()
  const prefix = `${redis.prefix}bus:`

  // Deaf is worse than away: a new connection subscribes to everything again.
  const renew = () => {
    if (client.status === 'ready') client.disconnect(true)
  }
  const listen = async (channel: string) => {
    try {
      await client.subscribe(`${prefix}${channel}`)
      subscriptions.gap(channel)
    } catch {
      renew()
    }
  }
  client.on('ready', () => {
    for (const channel of subscriptions.channels()) void listen(channel)
  })
  client.on('message', (channel: string, text: string) => {
    subscriptions.deliver(channel.slice(prefix.length), text)
  })
  // A silent connection may be a dead one.
  const heartbeat = setInterval(() => client.ping().catch(renew), 1_000).unref()

  return {
    async publish(channel, message) {
      const text = JSON.stringify(message)
      await redis.attempt(publisher => publisher.publish(`${prefix}${channel}`, text))
    },
    subscribe(channel, handler, onGap = () => undefined) {
      const { first, leave } = subscriptions.add(channel, handler, onGap)
      if (client.status === 'ready') {
        if (first) void listen(channel)
        else onGap()
      }
      return () => {
        if (leave()) client.unsubscribe(`${prefix}${channel}`).catch(() => undefined)
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(heartbeat)
      subscriptions.clear()
      await close()
    },
  }
}
