import type { Counter, Metrics } from '@plinth/telemetry'

/** `cache_reads_total`: where reads were answered from. */
export const readsCounter = (metrics: Metrics): Counter<'outcome'> =>
  metrics.counter({
    name: 'cache_reads_total',
    help: 'Cache reads: out of memory, shared, stale (and renewed), or loaded from the source',
    labels: ['outcome'],
  })
