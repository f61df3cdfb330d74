import type { CatalogContract, Product } from '@plinth/catalog-contract'
import { contextOf, cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { categoriesBelow } from './categories-below.ts'
import { firstProducts, type Listing } from './first-products.ts'
import type { Parts } from './parts.ts'
import { orders } from './product-orders.ts'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import { searchAsTyped, searchMeant } from './search-query.ts'

type Query = InputOf<CatalogContract, 'listProducts'>

/** A page of published products; first pages come from the shelf. */
export const listProducts =
  (parts: Parts) =>
  (context: TxContext, query: Query): Promise<Page<Product>> =>
    query.cursor === undefined
      ? parts.shelf.list(query, () => readPage(parts, contextOf(), query))
      : readPage(parts, context, query)

const readPage = async (
  parts: Parts,
  context: TxContext,
  { limit, cursor, ...asked }: Query,
): Promise<Page<Product>> => {
  // A cursor belongs to the list, whether its order was named or is the one there is without a name.
  const query = { ...asked, sort: asked.sort ?? (asked.q === undefined ? 'newest' : 'relevance') }
  const after = cursors.read(cursor, query)
  const { categoryId } = query
  const categoryIds = categoryId && (await categoriesBelow(parts.database, context, categoryId))
  const read = (search: string | undefined) =>
    readRows(parts, context, { query, categoryIds, search, after, count: limit + 1 })
  const typed = searchAsTyped(query.q)
  const rows = typed === '' ? [] : await read(typed)
  if (rows.length > 0 || typed === undefined || query.q === undefined) return show(rows)
  // Nothing has all these words: some of them may have been meant to be others.
  const meant = await searchMeant(parts.database, context, query.q)
  return show(meant === typed ? [] : await read(meant))

  function show(found: readonly Row[]): Page<Product> {
    return pageFrom(found, limit, productOf, ({ key, id }) => cursors.write([key, id], query))
  }
}

type Row = ProductRow & { readonly key: number }

const readRows = ({ database }: Parts, context: TxContext, listing: Listing): Promise<Row[]> => {
  const { query, search, count } = listing
  const order = orders(search)[query.sort]
  const { sort: _, ...filters } = query
  const narrowed = Object.values(filters).some(each => each !== undefined)
  const queries = narrowed ? database.plannedAnew(context) : database.on(context)
  return queries.execute<Row>(sql`
    with page as (
      select id, key from (${firstProducts(listing, order)}) found order by ${order.byKey} limit ${count}
    )
    select ${productColumns}, page.key
      from page join catalog.product p using (id)
     order by ${order.byKey}`)
}

const cursors = cursorsFor('catalog.products', z.tuple([z.number(), z.uuid()]))
