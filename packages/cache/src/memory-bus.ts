import type { Logger } from '@plinth/telemetry'
import { silentLogger } from '@plinth/telemetry'
import type { Bus } from './bus.ts'
import { createSubscriptions } from './subscriptions.ts'

/** What the bus within a process is made with. */
export interface MemoryBusOptions {
  readonly logger?: Logger
}

/** A bus within one process: what there is where no Redis is configured. */
export const createMemoryBus = ({ logger = silentLogger }: MemoryBusOptions = {}): Bus => {
  const subscriptions = createSubscriptions(logger)
  return {
    async publish(channel, message) {
      const text = JSON.stringify(message)
      setImmediate(() => subscriptions.deliver(channel, text))
    },
    subscribe(channel, handler, onGap = () => undefined) {
      const { leave } = subscriptions.add(channel, handler, onGap)
      return () => void leave()
    },
    async [Symbol.asyncDispose]() {
      subscriptions.clear()
    },
  }
}
