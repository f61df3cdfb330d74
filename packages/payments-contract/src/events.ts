import { event, idOf, money, newId } from '@plinth/kernel'
import { z } from 'zod'
import { paymentId } from './payment.ts'
import { refundId } from './refund.ts'

const about = { paymentId, orderId: idOf('Order'), orderNumber: z.string(), userId: idOf('User') }
const exampleAbout = {
  paymentId: newId<'Payment'>(),
  orderId: newId<'Order'>(),
  orderNumber: '100042',
  userId: newId<'User'>(),
}
const exampleAmount = { amount: 4900, currency: 'USD' }

/** Money came in. */
export const captured = event('payments.captured', {
  summary: 'A payment was captured.',
  data: z.strictObject({ ...about, amount: money }),
  example: { ...exampleAbout, amount: exampleAmount },
})

/** Money went back. */
export const refunded = event('payments.refunded', {
  summary: 'A refund went through.',
  data: z.strictObject({ ...about, refundId, amount: money, refundedInTotal: money }),
  example: {
    ...exampleAbout,
    refundId: newId<'Refund'>(),
    amount: exampleAmount,
    refundedInTotal: exampleAmount,
  },
  mandatory: true,
})

/** All tries of a refund are used up; an admin has to look. */
export const refundFailed = event('payments.refund-failed', {
  summary: 'A refund did not go through.',
  data: z.strictObject({ ...about, refundId, amount: money, attempts: z.int(), lastError: z.string() }),
  example: {
    ...exampleAbout,
    refundId: newId<'Refund'>(),
    amount: exampleAmount,
    attempts: 6,
    lastError: 'The provider is not available.',
  },
  mandatory: true,
})
