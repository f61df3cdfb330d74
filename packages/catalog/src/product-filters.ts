import type { CatalogContract } from '@plinth/catalog-contract'
import type { InputOf } from '@plinth/kernel'
import { type SQL, sql } from 'drizzle-orm'

type Query = Omit<InputOf<CatalogContract, 'listProducts'>, 'limit' | 'cursor'>

/**
 * What a product `p` must be to be listed. Price and stock are asked of one active variant together: a product
 * is "in stock below 50" when there is something below 50 to be had.
 */
export const filtersOf = (query: Query, search: string | undefined): SQL => {
  const conditions = [
    search !== undefined && sql`p.search @@ catalog.search_query(${search})`,
    query.sellerId !== undefined && sql`p.seller_id = ${query.sellerId}`,
    query.categoryId !== undefined && isIn(query.categoryId),
    hasVariant(query),
  ]
  return sql.join([sql`true`, ...conditions.filter(each => each !== false)], sql` and `)
}

/** In the category, or in one somewhere below it. */
const isIn = (categoryId: string): SQL => sql`p.id in (
  select pc.product_id from catalog.product_category pc
   where pc.category_id in (
     with recursive below as (
       select ${categoryId}::uuid as id
        union
       select c.id from catalog.category c join below on c.parent_id = below.id
     ) select id from below
   )
)`

const hasVariant = ({ minPrice, maxPrice, inStock }: Query): SQL | false => {
  const priced = [
    minPrice !== undefined && sql`v.price >= ${minPrice}`,
    maxPrice !== undefined && sql`v.price <= ${maxPrice}`,
  ].filter(each => each !== false)
  if (inStock === undefined) return priced.length > 0 && oneWith(priced)
  const stocked = oneWith([...priced, sql`v.on_hand > v.reserved`])
  return inStock ? stocked : sql`${oneWith(priced)} and not ${stocked}`
}

const oneWith = (conditions: readonly SQL[]): SQL =>
  sql`exists (select from catalog.variant v where ${sql.join(
    [sql`v.product_id = p.id and v.active`, ...conditions],
    sql` and `,
  )})`
