import { type Id, type InputOf, type InTx, NotFound, type TxContext } from '@plinth/kernel'
import { InvalidSignature, type paymentsContract } from '@plinth/payments-contract'
import { afterCommit } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import type { PaymentsDeps } from './deps.ts'

/**
 * Takes in what the provider has to tell. A message is a hint, never a fact: it makes us ask the provider
 * about a refund sooner, under our own key, so a replayed or forged one can do no harm. Each is taken in once.
 * News of a capture needs no hint: orders ask about open payments every few seconds.
 */
export const receiveWebhook =
  (deps: PaymentsDeps) =>
  async (
    context: TxContext,
    input: InputOf<typeof paymentsContract, 'receiveWebhook'>,
  ): Promise<undefined> => {
    if (input.provider !== deps.provider.name) throw NotFound()
    const message = await deps.provider.readMessage(input.headers, input.body)
    if (message === undefined) throw InvalidSignature()
    await deps.database.transaction(context, async inTx => {
      const fresh = await deps.database.on(inTx).execute(sql`
        insert into payments.webhook (provider, message_id) values (${input.provider}, ${message.id.slice(0, 255)})
            on conflict do nothing returning 1`)
      if (fresh.length > 0 && message.refundId !== undefined) await hasten(deps, inTx, message.refundId)
    })
  }

const hasten = async (
  { database, wakeRefunds }: PaymentsDeps,
  context: InTx,
  refundId: Id<'Refund'>,
): Promise<void> => {
  await database.on(context).execute(sql`
    update payments.refund set next_attempt_at = least(next_attempt_at, now())
     where id = ${refundId} and status = 'pending' and not under_way`)
  afterCommit(context, wakeRefunds)
}
