import type { Id } from '@plinth/kernel'
import { bigint, integer, jsonb, pgSchema, primaryKey, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { StoredLine } from './cart-view.ts'

const schema = pgSchema('cart')
const moment = (name: string) => timestamp(name, { withTimezone: true })

/** One cart a user. */
export const cart = schema.table('cart', {
  id: uuid().primaryKey().$type<Id<'Cart'>>(),
  userId: uuid('user_id').notNull().unique().$type<Id<'User'>>(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
})

/** How many of what is in it. */
export const cartLine = schema.table(
  'cart_line',
  {
    cartId: uuid('cart_id').notNull().$type<Id<'Cart'>>(),
    variantId: uuid('variant_id').notNull().$type<Id<'Variant'>>(),
    quantity: integer().notNull(),
    position: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
  },
  table => [primaryKey({ columns: [table.cartId, table.variantId] })],
)

/** What an order took out. */
export const checkout = schema.table('checkout', {
  orderId: uuid('order_id').primaryKey().$type<Id<'Order'>>(),
  userId: uuid('user_id').notNull().$type<Id<'User'>>(),
  lines: jsonb().notNull().$type<StoredLine[]>(),
  takenAt: moment('taken_at').notNull().defaultNow(),
  returnedAt: moment('returned_at'),
})
