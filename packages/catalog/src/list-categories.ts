import type { Category } from '@plinth/catalog-contract'
import type { TxContext } from '@plinth/kernel'
import type { Queries } from '@plinth/postgres'
import { asc } from 'drizzle-orm'
import { type CategoryRow, treesOf } from './category-tree.ts'
import type { Parts } from './parts.ts'
import { category } from './tables.ts'

/** The whole tree, siblings by name. */
export const listCategories =
  ({ database }: Parts) =>
  async (context: TxContext): Promise<{ data: Category[] }> => ({
    data: treesOf(await readCategories(database.on(context))),
  })

/** All categories, by name. */
export const readCategories = (queries: Queries): Promise<CategoryRow[]> =>
  queries.select().from(category).orderBy(asc(category.name), asc(category.id))
