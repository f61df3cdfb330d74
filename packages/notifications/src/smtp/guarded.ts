import { ConsecutiveBreaker, circuitBreaker, handleWhen, TimeoutStrategy, timeout, wrap } from 'cockatiel'
import { type MailTransport, RefusedForGood } from './transport.ts'

/** Milliseconds that handing over one mail may take in all. */
export const sendingMs = 10_000

/**
 * A transport behind a time limit and a circuit breaker: a server that is away is left alone for a few
 * seconds at a time. Mails are tried again by the job that sends them, not here.
 */
export const guarded = (transport: MailTransport): MailTransport => {
  const breaker = circuitBreaker(
    handleWhen(error => !(error instanceof RefusedForGood)),
    { halfOpenAfter: 3000, breaker: new ConsecutiveBreaker(5) },
  )
  const policy = wrap(breaker, timeout(sendingMs, TimeoutStrategy.Aggressive))
  return { send: mail => policy.execute(() => transport.send(mail)) }
}
