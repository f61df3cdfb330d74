import Stripe from 'stripe'
import type { PaymentProvider } from '../provider/provider.ts'
import { captureWithStripe, voidWithStripe } from './payment.ts'
import { refundWithStripe } from './refund.ts'
import type { StripeSettings } from './stripe.ts'
import { readStripeMessage } from './webhook.ts'

/** Milliseconds until a call is dropped whose answer nobody waits for any more. */
const timeout = 10_000

/**
 * Stripe, through its own SDK, which asks again by itself only when a connection was closed under it, under
 * the same idempotency key; time limits and the breaker are around it.
 * A payment is a PaymentIntent, made unconfirmed and then confirmed: so there is something to cancel, by a
 * name that we know, whatever becomes of the second call.
 */
export const stripeAdapter = ({ secretKey, webhookSecret, apiBase }: StripeSettings): PaymentProvider => {
  const stripe = new Stripe(secretKey, {
    maxNetworkRetries: 0,
    telemetry: false,
    timeout,
    ...addressOf(apiBase),
  })
  return {
    name: 'stripe',
    capture: captureWithStripe(stripe),
    void: voidWithStripe(stripe),
    refund: refundWithStripe(stripe),
    readMessage: readStripeMessage(stripe, webhookSecret),
  }
}

const addressOf = (base: string | undefined) => {
  if (base === undefined) return {}
  const { hostname, port, protocol } = new URL(base)
  return {
    host: hostname,
    protocol: protocol === 'http:' ? ('http' as const) : ('https' as const),
    ...(port !== '' && { port }),
  }
}
