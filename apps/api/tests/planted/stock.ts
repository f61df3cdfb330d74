import { newId } from '@plinth/kernel'
import { earlier, later, type Planted, without } from './planted.ts'

const hold = (order: string, status: string, expires: string, created = 'now()') => `
  insert into catalog.reservation (order_id, status, expires_at, created_at)
  values ('${order}', '${status}', ${expires}, ${created});`

/** What can go wrong with stock. */
export const plantedStock: readonly Planted[] = [
  {
    violates: 'What is on hand of a variant is what its ledger adds up to',
    what: 'one more on the shelf than the ledger knows of',
    sql: ({ variant }) => `update catalog.variant set on_hand = on_hand + 1 where id = '${variant}'`,
  },
  {
    violates: 'Every row of the ledger tells the level that it led to',
    what: 'a ledger row with another level',
    sql: ({ variant }) => `
      update catalog.stock_movement set on_hand = on_hand + 1 where kind = 'initial' and variant_id = '${variant}'`,
  },
  {
    violates: 'What is reserved of a variant is what open reservations hold of it',
    what: 'one reserved for nobody',
    sql: ({ variant }) => `update catalog.variant set reserved = reserved + 1 where id = '${variant}'`,
  },
  {
    violates: 'Nothing is negative, and no more is reserved than there is',
    what: 'more held than there is',
    sql: ({ variant }) => {
      const order = newId()
      return `${without('catalog.variant', 'c')} ${hold(order, 'open', later, later)}
        insert into catalog.reservation_line
        select '${order}', 1, id, product_id, id, sku, 'Shirt', 1000, price, currency from catalog.variant where id = '${variant}';
        update catalog.variant set reserved = reserved + 1000 where id = '${variant}'`
    },
  },
  {
    violates: 'What was reserved for an order is what its lines say',
    what: 'a reservation of more than was ordered',
    sql: ({ paid }) =>
      `update catalog.reservation_line set quantity = quantity + 1 where order_id = '${paid}'`,
  },
  {
    violates: 'Of a paid order the stock is sold, as much as its lines say',
    what: 'a paid order without a sale in the ledger',
    sql: ({ paid }) => `
      update catalog.stock_movement set kind = 'adjustment', order_id = null where order_id = '${paid}'`,
  },
  {
    violates: 'What a cancelled order was sold is back on the shelf, and nothing is held for it',
    what: 'a cancelled order that was not restocked',
    sql: ({ cancelled }) => `
      update catalog.stock_movement set kind = 'adjustment', order_id = null
       where order_id = '${cancelled}' and kind = 'restock'`,
  },
  {
    violates: 'An order that failed or is not paid yet was sold nothing, and a failed one holds nothing',
    what: 'a declined order whose stock counts as sold',
    sql: ({ declined }) => `update catalog.reservation set status = 'sold' where order_id = '${declined}'`,
  },
  {
    violates: 'Stock is held and sold only for orders that are there',
    what: 'a sale of an order that nobody placed',
    sql: () => hold(newId(), 'sold', 'now()'),
  },
  {
    violates: 'No reservation holds stock after its time',
    what: 'a hold that ran out and was not released',
    sql: () => hold(newId(), 'open', earlier, later),
  },
]
