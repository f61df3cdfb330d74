import type { CatalogContract } from '@plinth/catalog-contract'
import type { Id, InputOf } from '@plinth/kernel'
import { type SQL, sql } from 'drizzle-orm'
import { filtersOf, pricesOf } from './product-filters.ts'
import { lowest, type Position, type ProductOrder } from './product-orders.ts'

/** A list of products that somebody asks for. */
export interface Listing {
  readonly query: Omit<InputOf<CatalogContract, 'listProducts'>, 'limit' | 'cursor' | 'sort'> & {
    readonly sort: NonNullable<InputOf<CatalogContract, 'listProducts'>['sort']>
  }
  /** The category that is asked for, and those below it. */
  readonly categoryIds: readonly Id<'Category'>[] | undefined
  /** The words, as `catalog.search_query` takes them. */
  readonly search: string | undefined
  readonly after: Position | undefined
  /** How many are wanted. */
  readonly count: number
}

/** A search that finds more than that ranks as many of them: what they have in common tells nothing of any. */
const mostRanked = 500

/**
 * The ids and keys of the first products of a list, at least as many as are wanted, in a way that does not have to look at
 * all that there are.
 */
export const firstProducts = (listing: Listing, order: ProductOrder): SQL => {
  const { query, search, after, count } = listing
  const { inStock, minPrice, maxPrice, sellerId, sort } = query
  const published = sql`p.status = 'published'`
  const inOrder = (conditions: SQL, products = sql`catalog.product`): SQL => sql`
    select p.id, ${order.key} as key from ${products} p
     where ${published} and ${conditions} and ${order.after(after)}
     order by ${order.by} limit ${count}`
  const all = filtersOf(listing)

  if (sort === 'relevance' && search !== undefined) {
    return sql`
      select p.id, ${order.key} as key
        from (select p.id, p.search from catalog.product p where ${published} and ${all} limit ${mostRanked}) p
       where ${order.after(after)}`
  }
  const onlyCategory =
    [search, minPrice, maxPrice, sellerId].every(each => each === undefined) && inStock !== false
  if (listing.categoryIds !== undefined && onlyCategory && sort === 'newest') {
    // Each category is read in its own order, and no further than the page may reach; a product may be in several.
    const newest = sql`
      select pc.product_id as id, 0 as key
        from catalog.product_category pc join catalog.product p on p.id = pc.product_id
       where pc.category_id = category.id and ${published} and ${filtersOf({ ...listing, categoryIds: undefined })}
         and ${after === undefined ? sql`true` : sql`pc.product_id < ${after[1]}`}
       order by pc.product_id desc limit ${count}`
    return sql`
      select distinct newest.id, newest.key
        from unnest(${sql.param(listing.categoryIds)}::uuid[]) as category (id) cross join lateral (${newest}) newest`
  }
  if (sort === 'price_asc' && minPrice !== undefined) {
    // What begins there is found by the index of prices, what begins below and reaches it by that of spans.
    const across = sql`(
      select * from catalog.product p
       where ${published} and p.min_price is not null and ${pricesOf} @> ${minPrice}::int8 offset 0)`
    return sql`
      (${inOrder(sql`${all} and ${lowest} >= ${minPrice}::int8`)})
       union all
      (${inOrder(sql`${all} and p.min_price < ${minPrice}::int8`, across)})`
  }
  return inOrder(all)
}
