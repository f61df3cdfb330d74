import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  circuitBreaker,
  handleWhen,
  SamplingBreaker,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { type PaymentProvider, ProviderRefused, ProviderUnreached } from './provider.ts'

/** How long calls to the provider may take, in milliseconds. */
export interface Patience {
  readonly captureMs: number
  readonly refundMs: number
}

/**
 * A capture fits into the five seconds in which every request is answered, with room for the rest; a refund
 * into the time that a job has to come to its end.
 */
const usualPatience: Patience = { captureMs: 2500, refundMs: 4000 }

/** What was in time needs no abort: to make the error for it is most of what the policy costs. */
const whenLate = { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }

/**
 * A provider behind a time limit and a circuit breaker that all its calls share: when nine of ten calls go
 * wrong, of twenty or more within ten seconds, it is left alone for two. A refusal is an answer, so it does
 * not count. Nothing is tried again here: a capture is asked about by whoever settles the order, a refund is
 * tried again by its job, each under its one idempotency key.
 */
export const guarded = (provider: PaymentProvider, patience: Partial<Patience> = {}): PaymentProvider => {
  const { captureMs, refundMs } = { ...usualPatience, ...patience }
  const breaker = circuitBreaker(
    handleWhen(error => !(error instanceof ProviderRefused)),
    {
      halfOpenAfter: 2000,
      breaker: new SamplingBreaker({ threshold: 0.9, duration: 10_000, minimumRps: 2 }),
    },
  )
  const capture = within(breaker, captureMs)
  const refund = within(breaker, refundMs)
  return {
    ...provider,
    capture: (charge, asking) =>
      capture(signal => provider.capture(charge, { ...asking, signal }), asking.signal),
    void: (charge, asking) => capture(signal => provider.void(charge, { ...asking, signal }), asking.signal),
    refund: (reversal, signal) => refund(inner => provider.refund(reversal, inner), signal),
  }
}

/** The limit inside is the call's own; the one around it ends the wait for a breaker that tries one call first. */
const within = (breaker: CircuitBreakerPolicy, ms: number) => {
  const policy = wrap(timeout(ms, whenLate), breaker, timeout(ms, whenLate))
  return async <T>(call: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> => {
    try {
      return await policy.execute(context => call(context.signal), signal)
    } catch (error) {
      if (error instanceof BrokenCircuitError)
        throw new ProviderUnreached('The provider is left alone for a while.', { cause: error })
      throw error
    }
  }
}
