import type { Id } from '@plinth/kernel'
import { bigint, integer, pgSchema, primaryKey, timestamp, uuid } from 'drizzle-orm/pg-core'

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
