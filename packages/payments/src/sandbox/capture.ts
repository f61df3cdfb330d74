import type { ChargeOutcome } from '@plinth/payments-contract'
import type { PaymentProvider } from '../provider/provider.ts'
import type { SandboxBooks, Verdict } from './books.ts'

/** What each token makes of a capture. An unknown token is a card that does not exist. */
const verdicts: Readonly<Record<string, Verdict>> = {
  tok_approved: { state: 'captured', reason: null },
  tok_declined: { state: 'declined', reason: 'The card was declined.' },
  tok_insufficient_funds: { state: 'declined', reason: 'There are not enough funds.' },
  tok_timeout: { state: 'captured', reason: null },
  tok_unavailable: { state: 'void', reason: 'The provider is not available.' },
  tok_refund_flaky: { state: 'captured', reason: null },
  tok_refund_down: { state: 'captured', reason: null },
}

const unknownToken: Verdict = { state: 'declined', reason: 'There is no such card.' }

/**
 * Captures, once. `tok_timeout` is charged and its first answer lost; asked again, the sandbox tells what
 * it did the first time, as it does for every key it has seen.
 */
export const captureInSandbox =
  ({ judge, known }: Pick<SandboxBooks, 'judge' | 'known'>): PaymentProvider['capture'] =>
  async (charge, { signal }) => {
    const before = charge.token === 'tok_timeout' ? await known(charge.paymentId) : undefined
    const verdict = before ?? (await judge(charge, verdicts[charge.token] ?? unknownToken))
    if (charge.token === 'tok_timeout' && before === undefined) return lostAnswer(signal)
    return outcomeOf(verdict)
  }

/** Writes the payment off, unless something was decided about it before. */
export const voidInSandbox =
  ({ judge }: Pick<SandboxBooks, 'judge'>): PaymentProvider['void'] =>
  async charge =>
    outcomeOf(await judge(charge, { state: 'void', reason: 'The payment was given up.' }))

const outcomeOf = ({ state, reason }: Verdict): ChargeOutcome => {
  switch (state) {
    case 'captured':
      return { outcome: 'captured' }
    case 'declined':
      return { outcome: 'declined', reason: reason ?? 'declined' }
    case 'void':
      return { outcome: 'failed', reason: reason ?? 'void' }
  }
}

const lostAnswer = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const lose = () => reject(new Error('the answer of the provider was lost'))
    if (signal.aborted) lose()
    else signal.addEventListener('abort', lose, { once: true })
  })
