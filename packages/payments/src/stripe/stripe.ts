import type { Money } from '@plinth/kernel'
import { isId } from '@plinth/kernel'
import Stripe from 'stripe'
import type { Charge, PaymentProvider, ProviderAnswer, ProviderMessage } from '../provider/provider.ts'
import { ProviderRefused } from '../provider/provider.ts'

/** What Stripe needs. */
export interface StripeSettings {
  readonly secretKey: string
  readonly webhookSecret: string
  /** Where the API is, for tests; Stripe's own unless given. */
  readonly apiBase?: string
}

/**
 * Stripe, through its own SDK. A payment is a PaymentIntent, made unconfirmed and then confirmed, each
 * under a key derived from the payment's id: so there is something to cancel whatever happened to the
 * second call. The SDK retries nothing by itself; time limits and the breaker are around it.
 */
export const createStripe = ({ secretKey, webhookSecret, apiBase }: StripeSettings): PaymentProvider => {
  const stripe = new Stripe(secretKey, { maxNetworkRetries: 0, telemetry: false, ...addressOf(apiBase) })
  return {
    name: 'stripe',
    capture: async charge => {
      try {
        const { id } = await intentOf(stripe, charge)
        return answerOf(
          await stripe.paymentIntents.confirm(id, methodOf(charge.token), keyOf(charge, 'confirm')),
        )
      } catch (error) {
        return answerTo(error)
      }
    },
    void: async charge => {
      const { id } = await intentOf(stripe, charge)
      try {
        return answerOf(await stripe.paymentIntents.cancel(id, {}, keyOf(charge, 'cancel')))
      } catch (error) {
        // What cannot be cancelled is past that: look at what became of it.
        if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error
        return answerOf(await stripe.paymentIntents.retrieve(id))
      }
    },
    refund: async ({ refundId, reference, amount }) => {
      if (reference === null) throw new ProviderRefused('Stripe never named this payment.')
      const { status } = await stripe.refunds.create(
        { payment_intent: reference, amount: amount.amount, metadata: { refundId } },
        { idempotencyKey: refundId },
      )
      if (status === 'failed' || status === 'canceled')
        throw new ProviderRefused(`Stripe says the refund ${status}.`)
    },
    readMessage: async (headers, body) => {
      try {
        return messageOf(
          await stripe.webhooks.constructEventAsync(body, headers['stripe-signature'] ?? '', webhookSecret),
        )
      } catch {
        return undefined
      }
    },
  }
}

const intentOf = (stripe: Stripe, charge: Charge) =>
  stripe.paymentIntents.create(
    {
      ...amountOf(charge.amount),
      automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
      metadata: { paymentId: charge.paymentId, orderId: charge.orderId },
    },
    keyOf(charge, 'create'),
  )

const keyOf = ({ paymentId }: Charge, step: 'create' | 'confirm' | 'cancel') => ({
  idempotencyKey: `${paymentId}:${step}`,
})

const amountOf = ({ amount, currency }: Money) => ({ amount, currency: currency.toLowerCase() })

const methodOf = (token: string) =>
  token.startsWith('tok_')
    ? { payment_method_data: { type: 'card' as const, card: { token } } }
    : { payment_method: token }

const answerOf = ({ id, status, last_payment_error }: Stripe.PaymentIntent): ProviderAnswer => {
  switch (status) {
    case 'succeeded':
      return { outcome: 'captured', reference: id }
    case 'canceled':
      return { outcome: 'failed', reason: 'The payment was cancelled.', reference: id }
    case 'processing':
      return { outcome: 'pending', reference: id }
    default:
      return {
        outcome: 'declined',
        reason: last_payment_error?.message ?? `Stripe says ${status}.`,
        reference: id,
      }
  }
}

const answerTo = (error: unknown): ProviderAnswer => {
  if (error instanceof Stripe.errors.StripeCardError) return { outcome: 'declined', reason: error.message }
  throw error
}

const messageOf = ({ id, data }: Stripe.Event): ProviderMessage => {
  const metadata: unknown = 'metadata' in data.object ? data.object.metadata : undefined
  const { refundId, paymentId } = idsIn(metadata)
  if (refundId !== undefined && isId<'Refund'>(refundId)) return { id, about: { refundId } }
  if (paymentId !== undefined && isId<'Payment'>(paymentId)) return { id, about: { paymentId } }
  return { id, about: undefined }
}

const idsIn = (metadata: unknown): Partial<Record<'refundId' | 'paymentId', string>> =>
  typeof metadata === 'object' && metadata !== null ? { ...metadata } : {}

const addressOf = (base: string | undefined) => {
  if (base === undefined) return {}
  const { hostname, port, protocol } = new URL(base)
  return {
    host: hostname,
    protocol: protocol === 'http:' ? ('http' as const) : ('https' as const),
    ...(port !== '' && { port }),
  }
}
