import { refundId } from '@plinth/payments-contract'
import type Stripe from 'stripe'
import { z } from 'zod'
import type { PaymentProvider } from '../provider/provider.ts'

const ours = z.object({ metadata: z.object({ refundId }) })

/** Reads an event that Stripe signed within the last five minutes. */
export const readStripeMessage =
  (stripe: Stripe, secret: string): PaymentProvider['readMessage'] =>
  async (headers, body) => {
    try {
      const signature = headers['stripe-signature'] ?? ''
      const { id, data } = await stripe.webhooks.constructEventAsync(body, signature, secret)
      return { id, refundId: ours.safeParse(data.object).data?.metadata.refundId }
    } catch {
      return undefined
    }
  }
