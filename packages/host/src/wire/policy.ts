import {
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleWhen,
  isBrokenCircuitError,
  retry,
} from 'cockatiel'

/** Milliseconds that one try may take, whatever the caller's own deadline is. */
export const tryMs = 4_000
/** Failures on end after which a neighbour is left alone, and for how many milliseconds. */
const failuresOnEnd = 5
const restMs = 1_000

/** Whoever asked has gone: that says nothing of who was asked. */
export class CallerGone extends Error {
  override readonly name = 'CallerGone'
}

/** How a neighbour is asked, whatever it is asked. */
export interface Policy {
  /** Asks once; or twice more where a second time does no harm and the first failed on the way. */
  readonly ask: <T>(once: () => Promise<T>, again: { readonly idempotent: boolean }) => Promise<T>
  /** Whether it is left alone for the moment. */
  readonly isResting: () => boolean
}

/**
 * Retries and a circuit breaker, one for each neighbour: what is away is not asked by everybody all the time. Only
 * failures of the way count; a refusal is an answer.
 */
export const createPolicy = (): Policy => {
  const isFault = (error: unknown) => !(error instanceof CallerGone)
  const breaker = circuitBreaker(handleWhen(isFault), {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(failuresOnEnd),
  })
  let resting = false
  breaker.onBreak(() => {
    resting = true
  })
  breaker.onReset(() => {
    resting = false
  })
  const retrying = retry(
    handleWhen(error => isFault(error) && !isBrokenCircuitError(error)),
    { maxAttempts: 2, backoff: new ExponentialBackoff({ initialDelay: 30, maxDelay: 250 }) },
  )
  return {
    ask: (once, { idempotent }) =>
      idempotent ? retrying.execute(() => breaker.execute(once)) : breaker.execute(once),
    isResting: () => resting,
  }
}
