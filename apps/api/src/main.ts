import './quick-load.ts'

/** `pnpm start`: see serve.ts. */
await import('./serve.ts')
