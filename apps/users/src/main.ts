import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See users.ts. */
await import('./users.ts')
