import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** See notifications.ts. */
await import('./notifications.ts')
