import { defineContract, idOf, line, money, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import * as errors from './errors.ts'
import { captured, refunded, refundFailed } from './events.ts'
import { chargeOutcome, payment, paymentId } from './payment.ts'
import { paymentsPermissions as can } from './permissions.ts'
import { refund, refundId, refundStatus } from './refund.ts'
import { journalEntry, sandboxRefunds } from './sandbox.ts'

const orderId = idOf('Order')

/** All that the world knows of payments. */
export const paymentsContract = defineContract({
  name: 'payments',
  permissions: can,
  events: { captured, refunded, refundFailed },
  operations: {
    createPayment: operation({
      summary:
        'Note down that an order is to be paid; nothing is charged. An unknown provider is `validation_failed`',
      input: z.strictObject({
        paymentId,
        orderId,
        orderNumber: z.string(),
        userId: idOf('User'),
        amount: money,
        provider: z.string(),
        token: z.string(),
      }),
      output: payment,
      tx: 'joins',
      idempotent: true,
      undoneBy: 'abandon',
      access: 'internal',
    }),
    charge: operation({
      summary: 'Ask the provider to capture a payment, or what became of it. Call it outside any transaction',
      input: z.strictObject({ paymentId }),
      output: chargeOutcome,
      errors: [NotFound],
      idempotent: true,
      access: 'internal',
    }),
    abandon: operation({
      summary: 'Make sure that a payment not yet captured never will be. Call it outside any transaction',
      input: z.strictObject({ paymentId }),
      output: chargeOutcome,
      errors: [NotFound],
      idempotent: true,
      access: 'internal',
    }),
    settle: operation({
      summary: 'Write down what the provider said. What is settled stays so',
      input: z.strictObject({ paymentId, result: chargeOutcome }),
      output: payment,
      errors: [NotFound],
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
    refundPayment: operation({
      summary: 'Send back all that is captured and not yet refunded, for an order that could not be kept',
      input: z.strictObject({ paymentId, reason: z.string() }),
      output: payment,
      errors: [NotFound],
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
    getPayments: operation({
      summary: 'How the payments of these orders stand; unknown ones are left out',
      input: z.strictObject({ orderIds: z.array(orderId).max(100) }),
      output: z.array(payment),
      tx: 'joins',
      idempotent: true,
      access: 'internal',
    }),
    refundOrder: operation({
      summary: 'Refund an order in part or whole',
      input: z.strictObject({ orderId, amount: money, reason: line(500) }),
      output: refund,
      errors: [NotFound, errors.RefundExceedsCapture],
      idempotent: true,
      access: [can.refundAny],
    }),
    listRefunds: operation({
      summary: 'List refunds, newest first',
      input: z.strictObject({
        ...pageRequest.shape,
        status: refundStatus.optional(),
        orderId: orderId.optional(),
      }),
      output: pageOf(refund),
      idempotent: true,
      access: [can.readAny, can.refundAny],
    }),
    retryRefund: operation({
      summary: 'Try a failed refund again',
      input: z.strictObject({ refundId }),
      output: refund,
      errors: [NotFound, errors.NotRetryable],
      access: [can.refundAny],
    }),
    readJournal: operation({
      summary: "The sandbox provider's own record",
      input: z.strictObject({ orderId: orderId.optional() }),
      output: z.strictObject({ data: z.array(journalEntry) }),
      errors: [NotFound],
      idempotent: true,
      access: [can.sandboxAny],
    }),
    steerSandbox: operation({
      summary: 'Say whether `tok_refund_down` refunds go through',
      input: sandboxRefunds,
      output: sandboxRefunds,
      errors: [NotFound],
      idempotent: true,
      access: [can.sandboxAny],
    }),
    receiveWebhook: operation({
      summary: 'Take in what the provider has to tell. The signature is over the raw body',
      input: z.strictObject({
        provider: z.string().max(50),
        headers: z.record(z.string(), z.string()),
        body: z.string(),
      }),
      output: z.undefined(),
      errors: [NotFound, errors.InvalidSignature],
      idempotent: true,
      access: 'public',
    }),
  },
})

/** See {@link paymentsContract}. */
export type PaymentsContract = typeof paymentsContract
