import type { Outbox } from '@plinth/postgres'
import type { Counter, Metrics } from '@plinth/telemetry'

/** What the relay counts on. */
export interface RelayMetrics {
  readonly published: Counter<'domain' | 'outcome'>
  readonly missed: Counter<'queue'>
}

/** Metrics of the outboxes; gives the counters that the relay counts on. */
export const relayMetrics = (metrics: Metrics, outboxes: readonly Outbox[]): RelayMetrics => {
  const oldest = metrics.gauge({
    name: 'outbox_oldest_seconds',
    help: 'Age of the oldest event that is not published yet; 0 where there is none',
    labels: ['domain'],
  })
  metrics.gauge({
    name: 'outbox_pending',
    help: 'Events that are not published yet',
    labels: ['domain'],
    collect: async pending => {
      for (const outbox of outboxes) {
        const { count, oldestAgeMs } = await outbox.pending()
        pending.set({ domain: outbox.domain }, count)
        oldest.set({ domain: outbox.domain }, oldestAgeMs / 1_000)
      }
    },
  })
  return {
    published: metrics.counter({
      name: 'outbox_published_total',
      help: 'Events handed to the broker, by how that ended',
      labels: ['domain', 'outcome'],
    }),
    missed: metrics.counter({
      name: 'outbox_missing_queue_total',
      help: 'Tries to publish an event that failed because the queue of a consumer was missing',
      labels: ['queue'],
    }),
  }
}
