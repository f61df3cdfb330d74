import type { Money } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import Stripe from 'stripe'
import type { Asking, Charge, PaymentProvider } from '../provider/provider.ts'

/** Captures by confirming the PaymentIntent, once; its confirmation has one idempotency key. */
export const captureWithStripe =
  (stripe: Stripe): PaymentProvider['capture'] =>
  async (charge, asking) => {
    const intent = await intentOf(stripe, charge, asking)
    if ('outcome' in intent) return intent
    const before = verdictOn(intent)
    if (before !== undefined) return before
    try {
      return outcomeOf(
        await stripe.paymentIntents.confirm(
          intent.id,
          // Whoever has to prove who they are cannot do so here: that is a decline.
          { ...methodOf(charge.token), error_on_requires_action: true },
          keyOf(charge, 'confirm'),
        ),
      )
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError) return declined(error.message)
      if (!isRefusal(error)) throw error
      // The card is none, or the intent is past confirming: look at what became of it.
      const present = await stripe.paymentIntents.retrieve(intent.id)
      return verdictOn(present) ?? declined(error.message)
    }
  }

/** Cancels the PaymentIntent, or says what became of it when it is past that. */
export const voidWithStripe =
  (stripe: Stripe): PaymentProvider['void'] =>
  async (charge, asking) => {
    const intent = await intentOf(stripe, charge, asking)
    if ('outcome' in intent) return intent
    try {
      return outcomeOf(await stripe.paymentIntents.cancel(intent.id, {}, keyOf(charge, 'cancel')))
    } catch (error) {
      if (!isRefusal(error)) throw error
      return outcomeOf(await stripe.paymentIntents.retrieve(intent.id))
    }
  }

/**
 * The PaymentIntent, made if need be. Its name is kept before anything is done with it: Stripe forgets
 * idempotency keys after a day, and a second intent would be a second charge.
 */
const intentOf = async (
  stripe: Stripe,
  charge: Charge,
  { remember }: Asking,
): Promise<Stripe.PaymentIntent | ChargeOutcome> => {
  if (charge.reference !== null) return stripe.paymentIntents.retrieve(charge.reference)
  try {
    const intent = await stripe.paymentIntents.create(
      {
        ...amountOf(charge.amount),
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { paymentId: charge.paymentId, orderId: charge.orderId },
      },
      keyOf(charge, 'create'),
    )
    await remember(intent.id)
    return intent
  } catch (error) {
    // An amount that Stripe does not take, for instance: there is nothing to charge.
    if (isRefusal(error)) return { outcome: 'failed', reason: error.message }
    throw error
  }
}

/** What is settled already; undefined for an intent that can still go either way. */
const verdictOn = ({ status, last_payment_error }: Stripe.PaymentIntent): ChargeOutcome | undefined => {
  switch (status) {
    case 'succeeded':
      return { outcome: 'captured' }
    case 'canceled':
      return { outcome: 'failed', reason: 'The payment was called off.' }
    case 'processing':
      return { outcome: 'pending' }
    case 'requires_payment_method':
      return last_payment_error === null ? undefined : declined(last_payment_error.message)
    default:
      return undefined
  }
}

const outcomeOf = (intent: Stripe.PaymentIntent): ChargeOutcome => verdictOn(intent) ?? { outcome: 'pending' }

const declined = (reason = 'The card was declined.'): ChargeOutcome => ({ outcome: 'declined', reason })

/** Stripe understood, and will not: 400 or 404. Conflicts with calls under way, 409, are none. */
const isRefusal = (error: unknown): error is Stripe.errors.StripeInvalidRequestError =>
  error instanceof Stripe.errors.StripeInvalidRequestError

const keyOf = ({ paymentId }: Charge, step: 'create' | 'confirm' | 'cancel') => ({
  idempotencyKey: `${paymentId}:${step}`,
})

const amountOf = ({ amount, currency }: Money) => ({ amount, currency: currency.toLowerCase() })

const methodOf = (token: string) =>
  token.startsWith('tok_')
    ? { payment_method_data: { type: 'card' as const, card: { token } } }
    : { payment_method: token }
