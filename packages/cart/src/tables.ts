import type { Id } from '@plinth/kernel'
import { pgSchema, timestamp, uuid } from 'drizzle-orm/pg-core'

const schema = pgSchema('cart')
const moment = (name: string) => timestamp(name, { withTimezone: true })

/** One cart a user. */
export const cart = schema.table('cart', {
  id: uuid().primaryKey().$type<Id<'Cart'>>(),
  userId: uuid('user_id').notNull().unique().$type<Id<'User'>>(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
})
