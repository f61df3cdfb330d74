import { newId } from '@plinth/kernel'
import { type Planted, without } from './planted.ts'

/** What can go wrong with orders. */
export const plantedOrders: readonly Planted[] = [
  {
    violates: 'There is one order for each user and key',
    what: 'a key that is there twice',
    sql: ({ paid }) => `${without('orders.checkout_key', 'p')}
      insert into orders.checkout_key select * from orders.checkout_key where order_id = '${paid}'`,
  },
  {
    violates: 'A key stands for one order, of its own user',
    what: 'a key of somebody else',
    sql: ({ fulfilled }) =>
      `update orders.checkout_key set user_id = '${newId()}' where order_id = '${fulfilled}'`,
  },
  {
    violates: 'Every order of the last hours came by a key',
    what: 'an order whose key is gone',
    sql: ({ cancelled }) => `delete from orders.checkout_key where order_id = '${cancelled}'`,
  },
  {
    violates: 'An order of which a buyer was told that it is paid was paid',
    what: 'a buyer who was told of an order that is not there',
    sql: ({ paid }) => `update gateway.idempotency_key set body = replace(body, '${paid}', '${newId()}')`,
  },
  {
    violates: 'The history of an order leads to its status, by steps that there are',
    what: 'a history with a gap',
    sql: ({ paid }) => `
      delete from orders.order_history where order_id = '${paid}' and status = 'pending_payment'`,
  },
  {
    violates: 'The lines of an order stand as their order does',
    what: 'a cancelled line of a paid order',
    sql: ({ paid }) => `update orders.order_line set status = 'cancelled' where order_id = '${paid}'`,
  },
  {
    violates: 'Whoever sold something of an order that was paid sees it among their sales, and nobody else',
    what: 'a sale that its seller does not see',
    sql: ({ paid }) => `delete from orders.sale where order_id = '${paid}'`,
  },
  {
    violates: 'Whoever sold something of an order that was paid sees it among their sales, and nobody else',
    what: 'a sale that does not stand as its order does',
    sql: ({ fulfilled }) => `update orders.sale set status = 'cancelled' where order_id = '${fulfilled}'`,
  },
  {
    violates: 'What a checkout that came to nothing had begun is undone',
    what: 'a checkout that was begun and left',
    sql: () => `
      insert into orders.begun_checkout (order_id, user_id, payment_id)
      values ('${newId()}', '${newId()}', '${newId()}')`,
  },
]
