import { type InputOf, NotFound, type TxContext, ValidationFailed } from '@plinth/kernel'
import { type paymentsContract, type Refund, RefundExceedsCapture } from '@plinth/payments-contract'
import { isUniqueViolation } from '@plinth/postgres'
import { sql } from 'drizzle-orm'
import { commitRefund } from './commit-refund.ts'
import type { PaymentsDeps } from './deps.ts'
import { type RefundRow, showRefund } from './refund.ts'

type Input = InputOf<typeof paymentsContract, 'refundOrder'>

/** Refunds an order in part or whole; for one order the same admin and idempotency key mean the same refund. */
export const refundOrder =
  (deps: PaymentsDeps) =>
  async (context: TxContext, input: Input): Promise<Refund> => {
    assertSensible(deps, input)
    const before = await madeBefore(deps, context, input)
    if (before !== undefined) return before
    try {
      return await refund(deps, context, input)
    } catch (error) {
      if (!isOvertaken(error)) throw error
      const concurrent = await madeBefore(deps, context, input)
      if (concurrent === undefined) throw error
      return concurrent
    }
  }

/** The same request, made at the same time, may have taken the key, or the money. */
const isOvertaken = (error: unknown): boolean =>
  isUniqueViolation(error, 'refund_once') || RefundExceedsCapture.is(error)

const refund = (
  deps: PaymentsDeps,
  context: TxContext,
  { orderId, amount, reason }: Input,
): Promise<Refund> =>
  deps.database.transaction(context, async inTx => {
    const row = await commitRefund(deps, inTx, {
      of: { orderId },
      amount: amount.amount,
      reason,
      requestedBy: nameOf(inTx),
      ...(inTx.idempotencyKey !== undefined && { idempotencyKey: inTx.idempotencyKey }),
    })
    if (row !== undefined) return showRefund(row)
    const known = await deps.database
      .on(inTx)
      .execute(sql`select 1 from payments.payment where order_id = ${orderId}`)
    throw known.length === 0 ? NotFound() : RefundExceedsCapture()
  })

const madeBefore = async (
  { database }: PaymentsDeps,
  context: TxContext,
  { orderId }: Input,
): Promise<Refund | undefined> => {
  if (context.idempotencyKey === undefined) return undefined
  const [row] = await database.on(context).execute<RefundRow>(sql`
    select * from payments.refund
     where order_id = ${orderId} and requested_by = ${nameOf(context)} and idempotency_key = ${context.idempotencyKey}`)
  return row && showRefund(row)
}

const assertSensible = ({ settings }: PaymentsDeps, { amount }: Input): void => {
  if (amount.amount === 0)
    throw ValidationFailed({ errors: [{ pointer: '/amount/amount', detail: 'Nothing is not a refund.' }] })
  if (amount.currency !== settings.currency) {
    throw ValidationFailed({
      errors: [{ pointer: '/amount/currency', detail: `This shop deals in ${settings.currency}.` }],
    })
  }
}

const nameOf = ({ actor }: TxContext): string => {
  switch (actor.kind) {
    case 'user':
      return actor.id
    case 'service':
      return actor.name
    case 'anonymous':
      return 'anonymous'
  }
}
