import type { CatalogContract, Category } from '@plinth/catalog-contract'
import { type Id, type InputOf, type InTx, newId, type TxContext, ValidationFailed } from '@plinth/kernel'
import { eq } from 'drizzle-orm'
import { lockTree } from './lock-tree.ts'
import type { Parts } from './parts.ts'
import { slugOf, withSuffix } from './slug.ts'
import { category } from './tables.ts'

/** Adds a category, at the top or below another. */
export const createCategory =
  (parts: Parts) =>
  (
    context: TxContext,
    { name, parentId = null }: InputOf<CatalogContract, 'createCategory'>,
  ): Promise<Category> =>
    parts.database.transaction(context, async inTx => {
      await lockTree(parts, inTx)
      if (parentId !== null) await assertParent(parts, inTx, parentId)
      const row = { id: newId<'Category'>(), name, parentId }
      for (let slug = slugOf(name); ; slug = withSuffix(slugOf(name))) {
        const [made] = await parts.database
          .on(inTx)
          .insert(category)
          .values({ ...row, slug })
          .onConflictDoNothing({ target: category.slug })
          .returning()
        if (made !== undefined) return { ...made, children: [] }
      }
    })

/** Throws `validation_failed` unless there is such a category. The tree must be locked. */
export const assertParent = async (
  { database }: Pick<Parts, 'database'>,
  context: InTx,
  parentId: Id<'Category'>,
): Promise<void> => {
  const found = await database
    .on(context)
    .select({ id: category.id })
    .from(category)
    .where(eq(category.id, parentId))
  if (found.length === 0)
    throw ValidationFailed({ errors: [{ pointer: '/parentId', detail: 'There is no such category.' }] })
}
