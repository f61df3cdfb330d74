import { newId } from '@plinth/kernel'
import { earlier, type Planted, without } from './planted.ts'

const entry = (operation: string, key: string, payment: string, refund: string) => `
  insert into payments.sandbox_journal (operation, order_id, payment_id, refund_id, idempotency_key, amount, currency)
  values ('${operation}', '${newId()}', '${payment}', ${refund}, '${key}', 4900, 'USD');`

/** What can go wrong with money. */
export const plantedMoney: readonly Planted[] = [
  {
    violates: 'The total of an order is the sum of its lines',
    what: 'a line at another price',
    sql: ({ paid }) => `update orders.order_line set unit_price = unit_price + 1 where order_id = '${paid}'`,
  },
  {
    violates: 'A paid order has one captured payment of exactly its total',
    what: 'a paid order with the payment of another',
    sql: ({ paid }) => `update orders.order set payment_id = '${newId()}' where id = '${paid}'`,
  },
  {
    violates: 'Any other order has one payment of its total, which stands as the order says',
    what: 'a cancelled order that takes its payment to have been declined',
    sql: ({ cancelled }) => `${without('orders.order', 'c')}
      update orders.order set payment_outcome = 'declined' where id = '${cancelled}'`,
  },
  {
    violates: 'Every payment is for an order that is there, or was called off',
    what: 'a payment for nothing',
    sql: () => `
      insert into payments.payment (id, order_id, order_number, user_id, provider, amount, currency)
      values ('${newId()}', '${newId()}', '1', '${newId()}', 'sandbox', 4900, 'USD')`,
  },
  {
    violates: 'For an order that is not kept, refunds add up to what was captured',
    what: 'an order that failed though it was charged, and no refund',
    sql: ({ declined }) => `
      update orders.order set payment_outcome = 'captured' where id = '${declined}';
      update payments.payment set status = 'captured', reason = null where order_id = '${declined}';
      insert into payments.sandbox_journal (operation, order_id, payment_id, idempotency_key, amount, currency)
      select 'capture', order_id, id, id, amount, currency from payments.payment where order_id = '${declined}';
      insert into payments.outbox (id, type, version, subject, data, mandatory, occurred_at, sent_at)
      select '${newId()}', 'payments.captured', 1, id, '{}', false, settled_at, settled_at
        from payments.payment where order_id = '${declined}'`,
  },
  {
    violates: 'Refunds never exceed what was captured',
    what: 'a refund of more than came in',
    sql: ({ paid }) => `${without('payments.payment', 'c')}
      insert into payments.refund (id, payment_id, order_id, amount, currency, reason, requested_by, status, settled_at)
      select '${newId()}', id, order_id, amount + 1, currency, 'Too much', 'nobody', 'failed', now() - interval '30 days'
        from payments.payment where order_id = '${paid}';
      update payments.payment set committed = amount + 1, refunds_failed = 1 where order_id = '${paid}'`,
  },
  {
    violates: 'What a payment says of its refunds is what its refunds say',
    what: 'a payment that counts a refund that is not there',
    sql: ({ fulfilled }) => `update payments.payment set refunds_failed = 1 where order_id = '${fulfilled}'`,
  },
  {
    violates: 'No order waits for its payment for long',
    what: 'an order that nobody settled',
    sql: ({ refused }) => `
      update orders.order set status = 'pending_payment', payment_outcome = null, next_check_at = now()
       where id = '${refused}';
      delete from orders.order_history where order_id = '${refused}' and status = 'failed';
      update payments.payment set status = 'pending', reason = null, settled_at = null where order_id = '${refused}'`,
  },
  {
    violates: 'No refund that is due is left undone',
    what: 'a refund that nobody sends',
    sql: ({ paid }) => `
      insert into payments.refund (id, payment_id, order_id, amount, currency, reason, requested_by, next_attempt_at)
      select '${newId()}', id, order_id, 1, currency, 'A scratch', 'nobody', ${earlier}
        from payments.payment where order_id = '${paid}';
      update payments.payment set committed = committed + 1, refunds_pending = 1 where order_id = '${paid}'`,
  },
  {
    violates: 'Every capture and refund of ours is in the journal of the provider',
    what: 'a capture that the provider knows nothing of',
    sql: ({ paid }) => `delete from payments.sandbox_journal where order_id = '${paid}'`,
  },
  {
    violates: 'Every capture in the journal of the provider is a capture of ours',
    what: 'a charge that we know nothing of',
    sql: () => entry('capture', newId(), newId(), 'null'),
  },
  {
    violates: 'Every refund in the journal of the provider is a refund of ours',
    what: 'money that went back without our knowing',
    sql: () => entry('refund', newId(), newId(), `'${newId()}'`),
  },
  {
    violates: 'The provider captured each payment once, and made each refund once',
    what: 'a payment that was charged twice',
    sql: ({ fulfilled }) => `
      insert into payments.sandbox_journal (operation, order_id, payment_id, idempotency_key, amount, currency)
      select operation, order_id, payment_id, '${newId()}', amount, currency
        from payments.sandbox_journal where order_id = '${fulfilled}'`,
  },
]
