import { type Id, newId } from '@plinth/kernel'
import { expect, it } from 'vitest'
import { createOpenedPayments } from './opened-payments.ts'
import type { PaymentRow } from './payment.ts'

const paymentOf = (id: Id<'Payment'>): PaymentRow => ({
  id,
  order_id: newId(),
  order_number: '100001',
  user_id: newId(),
  provider: 'sandbox',
  token: 'tok_approved',
  reference: null,
  amount: 4900,
  currency: 'USD',
  status: 'pending',
  reason: null,
  committed: 0,
  refunded: 0,
  refunds_pending: 0,
  refunds_failed: 0,
})

it('A payment has one first ask, and is known until it is settled', () => {
  const opened = createOpenedPayments()
  const payment = paymentOf(newId())
  opened.add(payment)
  expect(opened.takeFirstAsk(payment.id)).toBe(payment)
  expect(opened.takeFirstAsk(payment.id)).toBeUndefined()
  expect(opened.get(payment.id)).toBe(payment)
  opened.forget(payment.id)
  expect(opened.get(payment.id)).toBeUndefined()
})

it('Of payments that nobody asks about, the latest thousand are remembered', () => {
  const opened = createOpenedPayments()
  const ids = Array.from({ length: 1_500 }, () => newId<'Payment'>())
  for (const id of ids) opened.add(paymentOf(id))
  expect(ids.filter(id => opened.get(id) !== undefined)).toEqual(ids.slice(500))
})
