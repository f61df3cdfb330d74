import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
  isBrokenCircuitError,
  isTaskCancelledError,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel'
import { type Mail, type MailTransport, RefusedForGood, RefusedForNow } from './transport.ts'

/** A way out for mails that says how much it can take. */
export interface GuardedTransport {
  /** As in {@link MailTransport}, within the time that a mail may take. */
  readonly send: (mail: Mail) => Promise<void>
  /**
   * How many mails, of so many, may be handed over now: none while the server is left alone, one to see whether it is
   * back, else all.
   */
  readonly room: (wanted: number) => number
  /** How many may be handed over at a time. */
  readonly lanes: number
}

/** Milliseconds for which a server is left alone that failed so many times on end. */
const restMs = 2_000
const failuresOnEnd = 5

/** What was in time needs no abort: to make the error for it is most of what the policy costs. */
const whenLate = { strategy: TimeoutStrategy.Aggressive, abortOnReturn: false }

/**
 * A transport behind a time limit and a circuit breaker that all mails share, so that a server that is away or hangs
 * is asked by one mail every two seconds and not by each. A refusal of a mail, for now or for good, is an answer.
 */
export const guarded = (transport: MailTransport, sendingMs: number): GuardedTransport => {
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: restMs,
    breaker: new ConsecutiveBreaker(failuresOnEnd),
  })
  let restsUntil = 0
  breaker.onBreak(() => {
    restsUntil = Date.now() + restMs
  })
  // The limit inside is the mail's own; the one around it ends the wait for a breaker that tries another mail first.
  const policy = wrap(timeout(sendingMs, whenLate), breaker, timeout(sendingMs, whenLate))
  return {
    lanes: transport.lanes,
    async send(mail) {
      const refusal = await policy
        .execute(() => transport.send(mail).then(() => undefined, refusalIn))
        .catch((error: unknown) => {
          throw whatHappened(error)
        })
      if (refusal !== undefined) throw refusal
    },
    room(wanted) {
      if (breaker.state === CircuitState.Closed) return wanted
      return Date.now() < restsUntil ? 0 : Math.min(1, wanted)
    },
  }
}

const refusalIn = (error: unknown) => {
  if (error instanceof RefusedForGood || error instanceof RefusedForNow) return error
  throw error
}

const whatHappened = (error: unknown): unknown => {
  if (isTaskCancelledError(error)) return new Error('The server did not answer in time.', { cause: error })
  if (isBrokenCircuitError(error)) return new Error('The server is left alone for a while.', { cause: error })
  return error
}
