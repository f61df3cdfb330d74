import type { CatalogContract, Product } from '@plinth/catalog-contract'
import { contextOf, cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Parts } from './parts.ts'
import { filtersOf } from './product-filters.ts'
import { orders } from './product-orders.ts'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import { searchQuery } from './search-query.ts'

type Query = InputOf<CatalogContract, 'listProducts'>

/** A page of published products; first pages come from the shelf. */
export const listProducts =
  (parts: Parts) =>
  (context: TxContext, query: Query): Promise<Page<Product>> =>
    query.cursor === undefined
      ? parts.shelf.list(query, () => readPage(parts, contextOf(), query))
      : readPage(parts, context, query)

const readPage = async (
  { database }: Parts,
  context: TxContext,
  { limit, cursor, ...asked }: Query,
): Promise<Page<Product>> => {
  // A cursor belongs to the list, whether its order was named or is the one there is without a name.
  const query = { ...asked, sort: asked.sort ?? (asked.q === undefined ? 'newest' : 'relevance') }
  const after = cursors.read(cursor, query)
  const search = await searchQuery(database, context, query.q)
  if (search === '') return { data: [], nextCursor: null }
  const order = orders(search)[query.sort]
  const rows = await database.on(context).execute<ProductRow & { readonly key: number }>(sql`
    with page as (
      select p.id, ${order.key} as key
        from catalog.product p
       where p.status = 'published' and ${filtersOf(query, search)} and ${order.after(after)}
       order by ${order.by} limit ${limit + 1}
    )
    select ${productColumns}, page.key
      from page join catalog.product p using (id)
     order by ${order.byKey}`)
  return pageFrom(rows, limit, productOf, ({ key, id }) => cursors.write([key, id], query))
}

const cursors = cursorsFor('catalog.products', z.tuple([z.number(), z.uuid()]))
