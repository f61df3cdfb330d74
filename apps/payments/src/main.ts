import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See payments.ts. */
await import('./payments.ts')
