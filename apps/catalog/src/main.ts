import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See catalog.ts. */
await import('./catalog.ts')
