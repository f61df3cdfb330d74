import type { Product, Variant } from '@plinth/catalog-contract'
import { type Id, moneyOf } from '@plinth/kernel'
import { sql } from 'drizzle-orm'

/** A product as {@link productColumns} reads it. */
export type ProductRow = {
  readonly id: Id<'Product'>
  readonly sellerId: Id<'User'>
  readonly title: string
  readonly slug: string
  readonly description: string
  readonly status: Product['status']
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly categoryIds: Id<'Category'>[]
  readonly variants: Variant[]
}

/** A variant `v` as the contract shows it. */
const variantJson = sql`json_build_object(
    'id', v.id, 'sku', v.sku, 'title', v.title, 'options', v.options,
    'price', json_build_object('amount', v.price, 'currency', v.currency),
    'available', v.on_hand - v.reserved, 'active', v.active)`

/** Everything there is to show of a product `p`, its variants and categories with it. */
export const productColumns = sql`p.id, p.seller_id as "sellerId", p.title, p.slug, p.description, p.status,
  p.created_at as "createdAt", p.updated_at as "updatedAt",
  array(
    select pc.category_id from catalog.product_category pc where pc.product_id = p.id order by pc.position
  ) as "categoryIds",
  (
    select coalesce(json_agg(${variantJson} order by v.id), '[]') from catalog.variant v where v.product_id = p.id
  ) as variants`

/** The product that a row is. */
export const productOf = (row: ProductRow): Product => ({
  id: row.id,
  sellerId: row.sellerId,
  title: row.title,
  slug: row.slug,
  description: row.description,
  status: row.status,
  categoryIds: row.categoryIds,
  variants: row.variants,
  priceRange: priceRangeOf(row.variants),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

const priceRangeOf = (variants: readonly Variant[]): Product['priceRange'] => {
  const prices = variants.filter(({ active }) => active).map(({ price }) => price)
  const [first] = prices
  if (first === undefined) return null
  const amounts = prices.map(({ amount }) => amount)
  return {
    min: moneyOf(Math.min(...amounts), first.currency),
    max: moneyOf(Math.max(...amounts), first.currency),
  }
}
