import type Stripe from 'stripe'
import { type PaymentProvider, ProviderRefused } from '../provider/provider.ts'

/**
 * Refunds, once. Stripe is asked first which refunds there are, since it forgets idempotency keys after a
 * day; one that Stripe gave up may be made anew, under the next key.
 */
export const refundWithStripe =
  (stripe: Stripe): PaymentProvider['refund'] =>
  async ({ refundId, reference, amount }) => {
    if (reference === null) throw new ProviderRefused('Stripe never named this payment.')
    const made: Stripe.Refund[] = []
    for await (const refund of stripe.refunds.list({ payment_intent: reference, limit: 100 }))
      if (refund.metadata?.refundId === refundId) made.push(refund)
    if (made.some(refund => !isDead(refund))) return
    const refund = await stripe.refunds.create(
      { payment_intent: reference, amount: amount.amount, metadata: { refundId } },
      { idempotencyKey: `${refundId}:${made.length}` },
    )
    if (isDead(refund)) throw new ProviderRefused(`Stripe says the refund ${refund.status}.`)
  }

const isDead = ({ status }: Stripe.Refund): boolean => status === 'failed' || status === 'canceled'
