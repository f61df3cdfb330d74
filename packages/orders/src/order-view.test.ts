import { moneyOf, newId } from '@plinth/kernel'
import { orderStatus } from '@plinth/orders-contract'
import { type PaymentStatus, paymentStatus } from '@plinth/payments-contract'
import { describe, expect, it } from 'vitest'
import { showPayment } from './order-view.ts'

const paymentThatIs = (status: PaymentStatus, amount = 4900) => ({
  id: newId<'Payment'>(),
  orderId: newId<'Order'>(),
  provider: 'sandbox',
  status,
  amount: moneyOf(amount, 'USD'),
  refunded: moneyOf(0, 'USD'),
})

const outcomeOf = (status: PaymentStatus) => (status === 'pending' ? null : 'captured')

describe('the payment of an order', () => {
  it('is on its way back once the order is cancelled, though payments have not heard of it yet', () => {
    expect(
      showPayment({ status: 'cancelled', paymentOutcome: 'captured' }, paymentThatIs('captured')).status,
    ).toBe('refund_pending')
  })

  it('stays captured where there is nothing to send back', () => {
    expect(
      showPayment({ status: 'cancelled', paymentOutcome: 'captured' }, paymentThatIs('captured', 0)).status,
    ).toBe('captured')
  })

  it('is shown as payments tell it in every other case', () => {
    for (const status of orderStatus.options)
      for (const payment of paymentStatus.options)
        if (status !== 'cancelled' || payment !== 'captured')
          expect(
            showPayment({ status, paymentOutcome: outcomeOf(payment) }, paymentThatIs(payment)).status,
          ).toBe(payment)
  })

  it('is pending for as long as the order is, though it was settled between the two looks', () => {
    const order = { status: 'pending_payment', paymentOutcome: null } as const
    expect(showPayment(order, paymentThatIs('captured')).status).toBe('pending')
  })

  it('is what the order knows it to be, though it was settled after the look at it', () => {
    const order = { status: 'paid', paymentOutcome: 'captured' } as const
    expect(showPayment(order, paymentThatIs('pending')).status).toBe('captured')
  })
})
