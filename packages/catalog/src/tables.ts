import type { productStatus, stockMovement as stockMovementSchema } from '@plinth/catalog-contract'
import type { Id } from '@plinth/kernel'
import { bigint, boolean, integer, jsonb, pgSchema, text, timestamp, uuid } from 'drizzle-orm/pg-core'
import type { z } from 'zod'

const schema = pgSchema('catalog')
const moment = (name: string) => timestamp(name, { withTimezone: true })

/** A place in the tree that products are filed in. */
export const category = schema.table('category', {
  id: uuid().primaryKey().$type<Id<'Category'>>(),
  name: text().notNull(),
  slug: text().notNull(),
  parentId: uuid('parent_id').$type<Id<'Category'>>(),
})

/** What is offered. What lists and search go by (`min_price`, `search`) is kept by {@link refreshProducts} alone. */
export const product = schema.table('product', {
  id: uuid().primaryKey().$type<Id<'Product'>>(),
  sellerId: uuid('seller_id').notNull().$type<Id<'User'>>(),
  title: text().notNull(),
  slug: text().notNull(),
  description: text().notNull(),
  status: text().notNull().$type<z.infer<typeof productStatus>>(),
  updatedAt: moment('updated_at').notNull().defaultNow(),
})

/** Which product is filed where. */
export const productCategory = schema.table('product_category', {
  productId: uuid('product_id').notNull().$type<Id<'Product'>>(),
  categoryId: uuid('category_id').notNull().$type<Id<'Category'>>(),
  position: integer().notNull(),
})

/** What can be bought, and how much of it there is. */
export const variant = schema.table('variant', {
  id: uuid().primaryKey().$type<Id<'Variant'>>(),
  productId: uuid('product_id').notNull().$type<Id<'Product'>>(),
  sku: text().notNull(),
  title: text().notNull(),
  options: jsonb().notNull().$type<Record<string, string>>(),
  price: bigint({ mode: 'number' }).notNull(),
  currency: text().notNull(),
  active: boolean().notNull().default(true),
  onHand: integer('on_hand').notNull(),
})

/** The ledger of what is on hand. */
export const stockMovement = schema.table('stock_movement', {
  id: uuid().primaryKey().$type<Id<'StockMovement'>>(),
  seq: bigint({ mode: 'number' }).generatedAlwaysAsIdentity(),
  variantId: uuid('variant_id').notNull().$type<Id<'Variant'>>(),
  kind: text().notNull().$type<z.infer<typeof stockMovementSchema>['kind']>(),
  delta: integer().notNull(),
  reason: text(),
  orderId: uuid('order_id').$type<Id<'Order'>>(),
  onHand: integer('on_hand').notNull(),
  at: moment('at').notNull().defaultNow(),
  by: text('made_by'),
})
