import './quick-load.ts'

/** `pnpm dev`: see dev-shop.ts. */
await import('./dev-shop.ts')
