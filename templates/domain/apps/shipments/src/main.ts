import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See shipments.ts. */
await import('./shipments.ts')
