import type { Config } from './config.ts'

/** Who moves the money, as configured. */
export const providerNamed = (config: Config) => {
  if (config.PAYMENT_PROVIDER === 'sandbox') {
    return {
      name: 'sandbox' as const,
      ...(config.SANDBOX_URL !== undefined && { url: config.SANDBOX_URL }),
      ...(config.SANDBOX_WEBHOOK_SECRET !== undefined && { webhookSecret: config.SANDBOX_WEBHOOK_SECRET }),
    }
  }
  const {
    STRIPE_SECRET_KEY: secretKey,
    STRIPE_WEBHOOK_SECRET: webhookSecret,
    STRIPE_API_BASE: apiBase,
  } = config
  if (secretKey === undefined || webhookSecret === undefined)
    throw new Error('the configuration lacks the secrets of Stripe')
  return { name: 'stripe' as const, secretKey, webhookSecret, ...(apiBase !== undefined && { apiBase }) }
}
