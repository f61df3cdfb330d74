import type { Metrics } from '@plinth/telemetry'

/** What a pool reports: connections by state, and how long calls waited for one. */
export const poolMetrics = (
  metrics: Metrics,
  pool: string,
  read: () => { readonly open: number; readonly idle: number; readonly waiting: number },
) => {
  metrics.gauge({
    name: 'postgres_connections',
    help: 'Connections to PostgreSQL by state',
    labels: ['pool', 'state'],
    collect(gauge) {
      const { open, idle, waiting } = read()
      gauge.set({ pool, state: 'busy' }, open - idle)
      gauge.set({ pool, state: 'idle' }, idle)
      gauge.set({ pool, state: 'awaited' }, waiting)
    },
  })
  const waits = metrics.histogram({
    name: 'postgres_connection_wait_seconds',
    help: 'How long calls waited that found no idle connection',
    labels: ['pool'],
  })
  return {
    wait() {
      const stop = waits.start()
      return () => stop({ pool })
    },
  }
}
