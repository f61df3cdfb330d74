import type { Outbox } from '@plinth/postgres'
import type { Counter, Metrics } from '@plinth/telemetry'

/** Metrics of the outboxes; gives the counter that the relay counts on. */
export const relayMetrics = (
  metrics: Metrics,
  outboxes: readonly Outbox[],
): Counter<'domain' | 'outcome'> => {
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
  return metrics.counter({
    name: 'outbox_published_total',
    help: 'Events handed to the broker, by how that ended',
    labels: ['domain', 'outcome'],
  })
}
