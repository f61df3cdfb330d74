import './quick-load.ts'
import './steady-memory.ts'

/** `pnpm start`: see serve.ts. */
await import('./serve.ts')
