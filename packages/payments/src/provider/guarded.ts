import {
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { type PaymentProvider, ProviderRefused } from './provider.ts'

/** How long calls to the provider may take, in milliseconds. */
export interface Patience {
  readonly captureMs: number
  readonly refundMs: number
}

/** A capture fits into the five seconds in which every request is answered, with room for the rest. */
export const patience: Patience = { captureMs: 2500, refundMs: 5000 }

/**
 * A provider behind a time limit and a circuit breaker that all its calls share: after ten failures in a
 * row it is left alone for a while. A refusal is an answer, so it does not count. Nothing is tried again
 * here: a capture is asked about by whoever settles the order, a refund is tried again by its job, each
 * under its one idempotency key.
 */
export const guarded = (
  provider: PaymentProvider,
  { captureMs, refundMs }: Patience = patience,
): PaymentProvider => {
  const breaker = circuitBreaker(
    handleWhen(error => !(error instanceof ProviderRefused)),
    { halfOpenAfter: 2000, breaker: new ConsecutiveBreaker(10) },
  )
  const capture = within(breaker, captureMs)
  const refund = within(breaker, refundMs)
  return {
    ...provider,
    capture: (charge, signal) => capture(inner => provider.capture(charge, inner), signal),
    void: (charge, signal) => capture(inner => provider.void(charge, inner), signal),
    refund: (reversal, signal) => refund(inner => provider.refund(reversal, inner), signal),
  }
}

const within = (breaker: CircuitBreakerPolicy, ms: number) => {
  const policy = wrap(breaker, timeout(ms, TimeoutStrategy.Aggressive))
  return <T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> =>
    policy.execute(context => call(context.signal), signal)
}
