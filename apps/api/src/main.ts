import '@plinth/host/quick-load'
import '@plinth/host/steady-memory'

/** `pnpm start`: see serve.ts. */
await import('./serve.ts')
