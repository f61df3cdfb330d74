import { type InputOf, NotFound, type OutputOf, type TxContext } from '@plinth/kernel'
import type { paymentsContract } from '@plinth/payments-contract'
import type { PaymentsDeps } from './deps.ts'

/** The sandbox provider's own record; there is none with another provider. */
export const readJournal =
  ({ sandbox }: PaymentsDeps) =>
  async (
    _: TxContext,
    { orderId }: InputOf<typeof paymentsContract, 'readJournal'>,
  ): Promise<OutputOf<typeof paymentsContract, 'readJournal'>> => {
    if (sandbox === undefined) throw NotFound()
    return { data: await sandbox.readJournal({ orderId }) }
  }

/** Says whether `tok_refund_down` refunds go through. */
export const steerSandbox =
  ({ sandbox }: PaymentsDeps) =>
  async (_: TxContext, { mode }: InputOf<typeof paymentsContract, 'steerSandbox'>) => {
    if (sandbox === undefined) throw NotFound()
    await sandbox.steer(mode)
    return { mode }
  }
