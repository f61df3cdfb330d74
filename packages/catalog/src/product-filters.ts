import { type SQL, sql } from 'drizzle-orm'
import type { Listing } from './first-products.ts'
import { highest, lowest } from './product-orders.ts'

/**
 * What a product `p` must be to be listed. Price and stock are asked of one active variant together: a product
 * is "in stock below 50" when there is something below 50 to be had.
 */
export const filtersOf = ({
  query,
  search,
  categoryIds,
}: Pick<Listing, 'query' | 'search' | 'categoryIds'>): SQL => {
  const conditions = [
    search !== undefined && sql`p.search @@ catalog.search_stems(${search})`,
    query.sellerId !== undefined && sql`p.seller_id = ${query.sellerId}`,
    categoryIds !== undefined &&
      sql`p.id in (
        select pc.product_id from catalog.product_category pc where pc.category_id = any(${sql.param(categoryIds)}::uuid[]))`,
    mayFit(query),
    hasVariant(query),
  ]
  return sql.join([sql`true`, ...conditions.filter(each => each !== false)], sql` and `)
}

/** From the lowest price of a product `p` that somebody can buy to the highest. There is an index on it. */
export const pricesOf = sql`int8range(p.min_price, p.max_price, '[]')`

/**
 * What all products have that {@link hasVariant} finds, as far as an index tells: some of their prices may fit, or lie
 * on either side.
 */
const mayFit = ({ minPrice, maxPrice, sort }: Listing['query']): SQL | false => {
  if (minPrice === undefined && maxPrice === undefined) return false
  if (minPrice !== undefined && maxPrice !== undefined && minPrice > maxPrice) return sql`false`
  const conditions = [
    minPrice !== undefined && sql`p.max_price >= ${minPrice}::int8`,
    maxPrice !== undefined && sql`${lowest} <= ${maxPrice}::int8`,
    minPrice !== undefined &&
      maxPrice !== undefined &&
      maxPrice <= minPrice * narrow &&
      sql`p.min_price is not null and ${pricesOf} && int8range(${minPrice}::int8, ${maxPrice}::int8, '[]')`,
    // Where the list goes by price it begins at this one.
    maxPrice !== undefined && sort === 'price_desc' && sql`${highest} <= ${maxPrice}::int8`,
  ].filter(each => each !== false)
  return sql.join(conditions, sql` and `)
}

/**
 * Spans up to here hold few products, which their index finds. In wider ones there are enough among the first of any order;
 * and of a span the planner would not know which it is.
 */
const narrow = 1.01

const hasVariant = ({ minPrice, maxPrice, inStock }: Listing['query']): SQL | false => {
  const priced = [
    minPrice !== undefined && sql`v.price >= ${minPrice}`,
    maxPrice !== undefined && sql`v.price <= ${maxPrice}`,
  ].filter(each => each !== false)
  if (inStock === undefined) return priced.length > 0 && oneWith(priced)
  const stocked = oneWith([...priced, sql`v.on_hand > v.reserved`])
  return inStock ? stocked : sql`${oneWith(priced)} and not ${stocked}`
}

/** Asked of each product by itself (`offset 0`): joined, all variants would be looked through for a page. */
const oneWith = (conditions: readonly SQL[]): SQL =>
  sql`exists (select from catalog.variant v where ${sql.join(
    [sql`v.product_id = p.id and v.active`, ...conditions],
    sql` and `,
  )} offset 0)`
