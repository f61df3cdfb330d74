import type { PaymentProvider } from '../provider/provider.ts'

/** What Stripe needs. */
export interface StripeSettings {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Where the API is, for tests; Stripe's own unless given. */
  readonly apiBase?: string
}

/** Stripe. Its SDK is loaded here, so that a shop with another provider does not pay for it at every start. */
export const createStripe = (settings: StripeSettings): PaymentProvider => {
  const loading = import('./adapter.ts').then(({ stripeAdapter }) => stripeAdapter(settings))
  // Whoever uses it hears of a failure; until then nobody does.
  loading.catch(() => undefined)
  return {
    name: 'stripe',
    capture: async (charge, asking) => (await loading).capture(charge, asking),
    void: async (charge, asking) => (await loading).void(charge, asking),
    refund: async (reversal, signal) => (await loading).refund(reversal, signal),
    readMessage: async (headers, body) => (await loading).readMessage(headers, body),
  }
}
