import '@plinth/host/quick-load'

/** `pnpm dev`: see dev-shop.ts. */
await import('./dev-shop.ts')
