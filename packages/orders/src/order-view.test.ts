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

describe('the payment of an order', () => {
  it('is on its way back once the order is cancelled, though payments have not heard of it yet', () => {
    expect(showPayment({ status: 'cancelled' }, paymentThatIs('captured')).status).toBe('refund_pending')
  })

  it('stays captured where there is nothing to send back', () => {
    expect(showPayment({ status: 'cancelled' }, paymentThatIs('captured', 0)).status).toBe('captured')
  })

  it('is shown as payments tell it in every other case', () => {
    for (const status of orderStatus.options)
      for (const payment of paymentStatus.options)
        if (status !== 'cancelled' || payment !== 'captured')
          expect(showPayment({ status }, paymentThatIs(payment)).status).toBe(payment)
  })
})
