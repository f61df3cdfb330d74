import type { productSort } from '@plinth/catalog-contract'
import { type SQL, sql } from 'drizzle-orm'
import type { z } from 'zod'

/** Where a page ended: the sort key of its last product, and its id. */
export type Position = readonly [key: number, id: string]

/** One order of a list, and how to go on in it. Each has an index, but for relevance. */
export interface ProductOrder {
  readonly key: SQL
  readonly by: SQL
  /** The same order, by the `key` that was computed. */
  readonly byKey: SQL
  readonly after: (position: Position | undefined) => SQL
}

/**
 * The orders of product lists. A product that nobody can buy comes last, however prices are sorted; what
 * is equal otherwise comes newest first, but for `price_asc`, whose index is read forwards.
 *
 * @param search the words searched for, as {@link searchQuery} makes them
 */
export const orders = (search: string | undefined): Record<z.infer<typeof productSort>, ProductOrder> => {
  const newest = descending(sql`0`, ([, id]) => sql`p.id < ${id}`, sql`p.id desc`)
  return {
    newest,
    price_asc: {
      key: lowest,
      by: sql`${lowest}, p.id`,
      byKey: sql`key, id`,
      after: position =>
        position ? sql`(${lowest}, p.id) > (${whole(position[0])}, ${position[1]})` : sql`true`,
    },
    price_desc: descending(
      highest,
      ([key, id]) => sql`(${highest}, p.id) < (${whole(key)}, ${id})`,
      sql`${highest} desc, p.id desc`,
    ),
    relevance: search === undefined ? newest : byRelevance(search),
  }
}

/** What the index for lists with the cheapest first is on. */
export const lowest = sql`coalesce(p.min_price, 10000000001)`

/** What the index for lists with the dearest first is on. */
export const highest = sql`coalesce(p.min_price, -1)`

const byRelevance = (search: string): ProductOrder => {
  // As float8, whose text says exactly what it is: cursors carry it.
  const rank = sql`ts_rank(p.search, catalog.search_query(${search}))::float8`
  return descending(
    rank,
    ([key, id]) => sql`(${rank}, p.id) < (${key}::float8, ${id})`,
    sql`${rank} desc, p.id desc`,
  )
}

const descending = (key: SQL, after: (position: Position) => SQL, by: SQL): ProductOrder => ({
  key,
  by,
  byKey: sql`key desc, id desc`,
  after: position => (position ? after(position) : sql`true`),
})

/** What a cursor says may have been made up. */
const whole = (key: number): SQL => sql`${Number.isSafeInteger(key) ? key : 0}::int8`
