import { type CatalogContract, CategoryInUse } from '@plinth/catalog-contract'
import { assertMatch, type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import { subtreeOf } from './category-tree.ts'
import { readCategories } from './list-categories.ts'
import { lockTree } from './lock-tree.ts'
import type { Parts } from './parts.ts'
import { category } from './tables.ts'

/** Removes a category that has neither products, whatever their status, nor categories below it. */
export const deleteCategory =
  ({ database }: Parts) =>
  (
    context: TxContext,
    { categoryId, ifMatch }: InputOf<CatalogContract, 'deleteCategory'>,
  ): Promise<undefined> =>
    database.transaction(context, async inTx => {
      const queries = database.on(inTx)
      await lockTree({ database }, inTx)
      // Whoever puts a product into it locks it first, and finds it gone.
      await queries.execute(sql`select 1 from ${category} where id = ${categoryId} for update`)
      const present = subtreeOf(await readCategories(database.on(inTx)), categoryId)
      if (present === undefined) throw NotFound()
      assertMatch(ifMatch, present)
      const products = await queries.execute(
        sql`select 1 from catalog.product_category where category_id = ${categoryId} limit 1`,
      )
      if (products.length > 0 || present.children.length > 0) throw CategoryInUse()
      await queries.delete(category).where(eq(category.id, categoryId))
      return undefined
    })
