import { type PaymentProvider, ProviderRefused } from '../provider/provider.ts'
import type { SandboxBooks, Try } from './books.ts'

/** Refunds, once; how often it has to be asked is up to the token of the payment. */
export const refundInSandbox =
  ({ tryRefund, refund }: Pick<SandboxBooks, 'tryRefund' | 'refund'>): PaymentProvider['refund'] =>
  async reversal => {
    const tried = await tryRefund(reversal)
    if (tried === undefined) throw new ProviderRefused('There is no such payment to refund.')
    if (tried.succeeded) return
    const trouble = troubleWith(tried)
    if (trouble !== undefined) throw new ProviderRefused(trouble)
    if (!(await refund(reversal))) throw new ProviderRefused('That is more than is left to refund.')
  }

const troubleWith = ({ token, tries, refunds }: Try): string | undefined => {
  if (token === 'tok_refund_flaky' && tries <= 2) return 'Refunds are not available right now.'
  if (token === 'tok_refund_down' && refunds === 'down') return 'Refunds are down.'
  return undefined
}
