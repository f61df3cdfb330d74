import { newId } from '@plinth/kernel'
import { earlier, later, type Planted, without } from './planted.ts'

/** The event about something, once more; it waits, and is not late. */
const again = (type: string) => `
  insert into ${type.split('.')[0]}.outbox (id, type, version, subject, data, mandatory, occurred_at)
  select '${newId()}', type, version, subject, data, mandatory, ${later}
    from ${type.split('.')[0]}.outbox where type = '${type}' limit 1`

/** What can go wrong with events. */
export const plantedEvents: readonly Planted[] = [
  {
    violates: 'Each order that was paid was announced once, and none that was not',
    what: 'an order that was announced twice',
    sql: () => again('orders.placed'),
  },
  {
    violates: 'Each order that was paid was announced once, and none that was not',
    what: 'an announcement of an order that is not there',
    sql: () => `
      insert into orders.outbox (id, type, version, subject, data, mandatory, occurred_at)
      values ('${newId()}', 'orders.placed', 1, '${newId()}', '{}', true, ${later})`,
  },
  {
    violates: 'Each cancellation of an order was announced once, and none that was not',
    what: 'a cancellation that was announced twice',
    sql: () => again('orders.cancelled'),
  },
  {
    violates: 'Each order that was fulfilled was announced once, and none that was not',
    what: 'an order whose fulfilment nobody heard of',
    sql: () => `delete from orders.outbox where type = 'orders.fulfilled'`,
  },
  {
    violates: 'Each capture was announced once, and none that was not',
    what: 'a capture that nobody heard of',
    sql: ({ paid }) => `
      delete from payments.outbox where type = 'payments.captured' and data ->> 'orderId' = '${paid}'`,
  },
  {
    violates: 'Each refund that went through was announced once, and none that did not',
    what: 'a refund that was announced twice',
    sql: () => again('payments.refunded'),
  },
  {
    violates: 'Each new account was announced once, and none that is not there',
    what: 'an account that nobody heard of',
    sql: () => `
      insert into users.account (id, email, email_key, name, password_hash)
      values ('${newId()}', 'a@b.example', 'a@b.example', 'A', '')`,
  },
  {
    violates: 'Each refund that was given up was announced once, and none that is not there',
    what: 'a refund that was given up without a word',
    sql: ({ paid }) => `
      insert into payments.refund (id, payment_id, order_id, amount, currency, reason, requested_by, status, settled_at)
      select '${newId()}', id, order_id, 1, currency, 'A scratch', 'nobody', 'failed', now()
        from payments.payment where order_id = '${paid}';
      update payments.payment set committed = 1, refunds_failed = 1 where order_id = '${paid}'`,
  },
  {
    violates: 'No event waits to be published for long',
    what: 'an event that nobody publishes',
    sql: () => `
      insert into catalog.outbox (id, type, version, subject, data, mandatory, occurred_at)
      values ('${newId()}', 'catalog.product-changed', 1, '${newId()}', '{}', false, ${earlier})`,
  },
  {
    violates: 'Each consumer has handled an event once',
    what: 'an event that was handled twice',
    sql: () => `${without('catalog.inbox', 'p')}
      insert into catalog.inbox select * from catalog.inbox limit 1`,
  },
  {
    violates: 'Every event that was published has reached its consumers, or is kept for them',
    what: 'an event that got lost on its way',
    sql: () => `delete from payments.inbox where consumer = 'payments.refund-cancelled-order'`,
  },
  {
    violates: 'No consumer has handled an event that was never written down',
    what: 'an effect of an event that never was',
    sql: () => `
      insert into catalog.inbox (consumer, event_id) values ('catalog.restock-cancelled-order', '${newId()}')`,
  },
  {
    violates: 'No delivery that is due is left undone',
    what: 'a delivery that nobody takes',
    sql: () => `
      insert into messaging.delivery (namespace, queue, event_id, message, available_at)
      values ('plinth', 'catalog.restock-cancelled-order', '${newId()}', '{}', ${earlier})`,
  },
  {
    violates: 'No dead letter that was replayed waits for the broker for long',
    what: 'a dead letter that was replayed and did not get through',
    sql: () => `
      insert into messaging.dead_letter (id, namespace, queue, event, error, attempts, replayed_at)
      values ('${newId()}', 'plinth', 'catalog.restock-cancelled-order', '{}', 'no luck', 5, ${earlier})`,
  },
]
