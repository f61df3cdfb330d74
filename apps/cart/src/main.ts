import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See cart.ts. */
await import('./cart.ts')
