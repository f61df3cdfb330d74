import { type CatalogContract, type Category, CategoryCycle } from '@plinth/catalog-contract'
import { assertMatch, type Id, type InputOf, type InTx, NotFound, type TxContext } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import { subtreeOf } from './category-tree.ts'
import { assertParent } from './create-category.ts'
import { readCategories } from './list-categories.ts'
import { lockTree } from './lock-tree.ts'
import type { Parts } from './parts.ts'
import { refreshProducts } from './product-index.ts'
import { category, productCategory } from './tables.ts'

type Input = InputOf<CatalogContract, 'updateCategory'>

/** Renames or moves a category, with all that is below it. Its slug stays. */
export const updateCategory =
  (parts: Parts) =>
  (context: TxContext, { categoryId, name, parentId, ifMatch }: Input): Promise<Category> =>
    parts.database.transaction(context, async inTx => {
      await lockTree(parts, inTx)
      const present = await find(parts, inTx, categoryId)
      assertMatch(ifMatch, present)
      if (parentId != null) {
        await assertParent(parts, inTx, parentId)
        if (isWithin(present, parentId)) throw CategoryCycle()
      }
      const changes = { ...(name !== undefined && { name }), ...(parentId !== undefined && { parentId }) }
      if (Object.keys(changes).length === 0) return present
      await parts.database.on(inTx).update(category).set(changes).where(eq(category.id, categoryId))
      if (name !== undefined) await refreshWithin(parts, inTx, categoryId)
      parts.shelf.forget(inTx, [], 'lists too')
      return find(parts, inTx, categoryId)
    })

const find = async ({ database }: Parts, context: InTx, categoryId: Id<'Category'>): Promise<Category> => {
  const found = subtreeOf(await readCategories(database.on(context)), categoryId)
  if (found === undefined) throw NotFound()
  return found
}

const isWithin = ({ id, children }: Category, candidate: Id<'Category'>): boolean =>
  id === candidate || children.some(child => isWithin(child, candidate))

/** Search finds products by the names of their categories. */
const refreshWithin = async ({ database }: Parts, context: InTx, categoryId: Id<'Category'>) => {
  const rows = await database.on(context).execute<{ id: Id<'Product'> }>(sql`
    select id from catalog.product
     where id in (
       select ${productCategory.productId} from ${productCategory} where ${productCategory.categoryId} = ${categoryId}
     )
     order by id for no key update`)
  await refreshProducts(
    database,
    context,
    rows.map(({ id }) => id),
  )
}
