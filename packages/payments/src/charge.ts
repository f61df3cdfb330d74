import { type Id, moneyOf, NotFound, remaining, type TxContext } from '@plinth/kernel'
import type { ChargeOutcome } from '@plinth/payments-contract'
import { sql } from 'drizzle-orm'
import { beginToAsk, takeBack } from './asked.ts'
import type { PaymentsDeps } from './deps.ts'
import { settledOutcome } from './payment.ts'
import { type Asking, type Charge, type PaymentProvider, ProviderUnreached } from './provider/provider.ts'

type OnePayment = { readonly paymentId: Id<'Payment'> }

/**
 * Asks the provider to capture, or what became of an earlier try: the payment's id is the idempotency
 * key of both. Whatever is not an answer is `pending`, and asked again later.
 */
export const charge =
  (deps: PaymentsDeps) =>
  (context: TxContext, { paymentId }: OnePayment) =>
    ask(deps, context, paymentId, (provider, charge, asking) => provider.capture(charge, asking))

/** Asks the provider never to capture; the answer may be that it has already. */
export const abandon =
  (deps: PaymentsDeps) =>
  (context: TxContext, { paymentId }: OnePayment) =>
    ask(deps, context, paymentId, (provider, charge, asking) => provider.void(charge, asking))

const ask = async (
  deps: PaymentsDeps,
  context: TxContext,
  paymentId: Id<'Payment'>,
  call: (provider: PaymentProvider, charge: Charge, asking: Asking) => Promise<ChargeOutcome>,
): Promise<ChargeOutcome> => {
  const { provider, logger } = deps
  const row = await beginToAsk(deps, context, paymentId)
  if (row === undefined) throw NotFound()
  const settled = settledOutcome(row)
  if (settled !== undefined) return settled
  if (row.provider !== provider.name || row.token === null) {
    logger.error(
      { paymentId, provider: row.provider },
      'a payment is open with a provider that is not configured',
    )
    return { outcome: 'pending' }
  }
  const charge = {
    paymentId,
    orderId: row.order_id,
    amount: moneyOf(row.amount, row.currency),
    token: row.token,
    reference: row.reference,
  }
  try {
    return await call(provider, charge, {
      signal: patienceOf(context),
      remember: reference => remember(deps, context, paymentId, reference),
    })
  } catch (error) {
    logger.warn({ err: error, paymentId, provider: provider.name }, 'the payment provider gave no answer')
    if (error instanceof ProviderUnreached) return takeBack(deps, context, paymentId, error)
    return { outcome: 'pending' }
  }
}

/** Keeps the provider's name for the payment: whatever is asked about it from now on names it. The first stays. */
const remember = async (
  { database }: PaymentsDeps,
  context: TxContext,
  paymentId: Id<'Payment'>,
  reference: string,
) => {
  const [row] = await database.on(context).execute<{ reference: string }>(sql`
    update payments.payment set reference = coalesce(reference, ${reference}) where id = ${paymentId}
    returning reference`)
  if (row?.reference !== reference) throw new Error('the provider has another name for this payment')
}

/** A client that hangs up does not abort its payment, but the deadline of the call does. */
const patienceOf = (context: TxContext): AbortSignal => AbortSignal.timeout(remaining(context) ?? 60_000)
