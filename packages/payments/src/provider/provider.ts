import type { Id, Money } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'

/** A payment as a provider needs to know it. */
export interface Charge {
  /** The idempotency key of the one capture this payment may ever have. */
  readonly paymentId: Id<'Payment'>
  readonly orderId: Id<'Order'>
  readonly amount: Money
  /** What the customer pays with, as the provider's own front end handed it out. */
  readonly token: string
  /** The provider's own name for the payment, where it gave one before. */
  readonly reference: string | null
}

/** What goes with a call about a payment. */
export interface Asking {
  readonly signal: AbortSignal
  /**
   * Keeps the provider's own name for the payment. A provider that gives one waits for this before any money
   * moves: idempotency keys are forgotten after a day or so, a name is not.
   */
  readonly remember: (reference: string) => Promise<void>
}

/** A refund as a provider needs to know it. */
export interface Reversal {
  /** The idempotency key of this refund, however often it is tried. */
  readonly refundId: Id<'Refund'>
  readonly paymentId: Id<'Payment'>
  readonly amount: Money
  /** The provider's own name for the payment, where it gave one. */
  readonly reference: string | null
}

/** What a provider has to tell of its own accord, once its signature is checked. */
export interface ProviderMessage {
  /** The provider's id of the message: the same id means the same message. */
  readonly id: string
  /** The refund that has news, where it is about one of ours. */
  readonly refundId: Id<'Refund'> | undefined
}

/** The provider is there and said no, this time: it did not do what it was asked. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused'
}

/** Nothing was sent: the connection was refused, or none was tried. This call changed nothing at the provider, and never will. */
export class ProviderUnreached extends Error {
  override readonly name = 'ProviderUnreached'
}

/**
 * Somebody outside who moves money. All of it may fail, hang, or happen without our hearing of it; that
 * is why each call has an idempotency key and may be made again.
 */
export interface PaymentProvider {
  /** The name that clients pass as `payment.provider`. */
  readonly name: string
  /** It lives in the shop's own database, and is out of reach only with that. */
  readonly embedded?: boolean
  /**
   * Captures, or says what became of an earlier try. Rejects when it is not known what happened; with
   * {@link ProviderUnreached} when this call did nothing for certain.
   */
  readonly capture: (charge: Charge, asking: Asking) => Promise<ChargeOutcome>
  /** Sees to it that nothing is captured from now on, or says that it has been already. Rejects as `capture` does. */
  readonly void: (charge: Charge, asking: Asking) => Promise<ChargeOutcome>
  /**
   * Refunds, or confirms that it has. Rejects with {@link ProviderRefused} when it did not, with anything else
   * when that is not known.
   */
  readonly refund: (reversal: Reversal, signal: AbortSignal) => Promise<void>
  /** Reads a message; undefined when its signature does not hold. */
  readonly readMessage: (
    headers: Readonly<Record<string, string>>,
    body: string,
  ) => Promise<ProviderMessage | undefined>
}
