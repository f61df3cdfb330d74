import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See orders.ts. */
await import('./orders.ts')
