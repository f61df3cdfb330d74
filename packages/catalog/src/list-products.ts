import type { CatalogContract, Product } from '@plinth/catalog-contract'
import {
  contextOf,
  cursorsFor,
  type Id,
  type InputOf,
  type Page,
  pageFrom,
  type TxContext,
} from '@plinth/kernel'
import type { Planning, Queries } from '@plinth/postgres'
import { type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import { categoriesBelow } from './categories-below.ts'
import { firstProducts, type Listing } from './first-products.ts'
import type { Parts } from './parts.ts'
import { orders, type ProductOrder } from './product-orders.ts'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import { asBeginning, asMeant, asTyped, type Search, searchOf } from './search-query.ts'
import type { Source } from './shelf.ts'

type Query = InputOf<CatalogContract, 'listProducts'>

/**
 * A page of published products. First pages come from the shelf. Further pages are read as they are, since few ask for the
 * same ones.
 */
export const listProducts =
  (parts: Parts) =>
  (context: TxContext, query: Query): Promise<Page<Product>> =>
    query.cursor === undefined
      ? parts.shelf.list(query, from => readPage(parts, { context: contextOf(), from }, query, onlyIds))
      : readPage(parts, { context, from: 'replica' }, query, whole)

/** What is read of each product of a page. */
interface Reading<Row, Shown> {
  readonly read: (queries: Queries, page: SQL, order: ProductOrder) => Promise<Row[]>
  readonly shown: (row: Row) => Shown
}

type Found = { readonly id: Id<'Product'>; readonly key: number }

const onlyIds: Reading<Found, Id<'Product'>> = {
  read: async (queries, page) => queries.execute<Found>(page),
  shown: ({ id }) => id,
}

const whole: Reading<Found & ProductRow, Product> = {
  read: async (queries, page, { byKey }) =>
    queries.execute<Found & ProductRow>(sql`
      with page as (${page})
      select ${productColumns}, page.key
        from page join catalog.product p using (id)
       order by ${byKey}`),
  shown: productOf,
}

const readPage = async <Row extends Found, Shown>(
  { database }: Parts,
  { context, from }: { readonly context: TxContext; readonly from: Source },
  { limit, cursor, ...asked }: Query,
  reading: Reading<Row, Shown>,
): Promise<Page<Shown>> => {
  // A cursor belongs to the list, whether its order was named or is the one there is without a name.
  const query = { ...asked, sort: asked.sort ?? (asked.q === undefined ? 'newest' : 'relevance') }
  const after = cursors.read(cursor, query)
  const { categoryId } = query
  const queriesOf = (planning?: Planning) =>
    from === 'replica' ? database.onReplica(context, planning) : database.on(context, planning)
  const categoryIds = categoryId && (await categoriesBelow(queriesOf(), categoryId))
  const read = (search: string | undefined) =>
    readRows(queriesOf, { query, categoryIds, search, after, count: limit + 1 }, reading)
  const search = await searchOf(queriesOf(), query.q)
  if (search === undefined) return show(await read(undefined))
  if (search.words.length === 0) return show([])
  /** What was typed; where nothing has all these words, what they may have been meant to be; in the end, any beginning. */
  const ways = [asTyped, (typed: Search) => asMeant(queriesOf(), typed), asBeginning]
  const tried = new Set<string>()
  for (const way of ways) {
    const words = await way(search)
    if (tried.has(words)) continue
    tried.add(words)
    const rows = await read(words)
    if (rows.length > 0) return show(rows)
  }
  return show([])

  function show(found: readonly Row[]): Page<Shown> {
    return pageFrom(found, limit, reading.shown, ({ key, id }) => cursors.write([key, id], query))
  }
}

const readRows = <Row extends Found, Shown>(
  queriesOf: (planning: Planning) => Queries,
  listing: Listing,
  { read }: Reading<Row, Shown>,
): Promise<Row[]> => {
  const { query, search, count } = listing
  const order = orders(search)[query.sort]
  const { sort: _, ...filters } = query
  const narrowed = Object.values(filters).some(each => each !== undefined)
  const page = sql`
    select id, key from (${firstProducts(listing, order)}) found order by ${order.byKey} limit ${count}`
  return read(queriesOf(narrowed ? 'anew' : 'kept'), page, order)
}

const cursors = cursorsFor('catalog.products', z.tuple([z.number(), z.uuid()]))
