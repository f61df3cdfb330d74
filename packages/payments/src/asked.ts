import type { Id, TxContext } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'
import { type PaymentRow, settledOutcome } from './payment.ts'
import type { ProviderUnreached } from './provider/provider.ts'

/**
 * The payment, and before a provider outside is asked about it, that it is: whoever asks counts first. An
 * embedded provider cannot be out of reach by itself, so there is nothing to count. The first to ask was counted when
 * the payment was made; where that is not known here, it counts once more, and is one whose end nobody knows.
 * Undefined when there is none.
 */
export const beginToAsk = async (
  { database, provider, opened }: PaymentsDeps,
  context: TxContext,
  paymentId: Id<'Payment'>,
): Promise<PaymentRow | undefined> => {
  const first = opened.takeFirstAsk(paymentId)
  if (first !== undefined) return first
  const queries = database.on(context)
  if (provider.embedded !== true) {
    const [counted] = await queries.execute<PaymentRow>(sql`
      update payments.payment set asked = asked + 1
       where id = ${paymentId} and status = 'pending' and provider = ${provider.name}
      returning *`)
    if (counted !== undefined) return counted
  }
  const [row] = await queries.execute<PaymentRow>(sql`select * from payments.payment where id = ${paymentId}`)
  return row
}

/**
 * Takes back a call that was never sent. When no other was made or is under way, the payment has failed for
 * certain, and that is written down at once: from then on nobody asks the provider. Otherwise only the others
 * can tell.
 */
export const takeBack = async (
  { database, provider }: PaymentsDeps,
  context: TxContext,
  paymentId: Id<'Payment'>,
  { message }: ProviderUnreached,
): Promise<ChargeOutcome> => {
  if (provider.embedded === true) return { outcome: 'pending' }
  // The row is locked before its right-hand sides are read, so whoever asks at the same time comes before or after.
  const [row] = await database.on(context).execute<PaymentRow>(sql`
    update payments.payment
       set asked = asked - 1,
           status = case when asked = 1 then 'failed' else status end,
           reason = case when asked = 1 then ${message} end,
           token = case when asked = 1 then null else token end,
           settled_at = case when asked = 1 then now() end
     where id = ${paymentId} and status = 'pending'
    returning *`)
  return (row && settledOutcome(row)) ?? { outcome: 'pending' }
}
