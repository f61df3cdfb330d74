import { generateKey } from '@plinth/host'
import type { Env } from './host-process.ts'

/** What production wants besides the ground of a shop. */
export const productionEnv = (): Env => ({
  NODE_ENV: 'production',
  JWT_KEYS: JSON.stringify({ keys: [generateKey()] }),
  PAYMENT_PROVIDER: 'sandbox',
})
