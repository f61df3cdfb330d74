import type { Product } from '@plinth/catalog-contract'
import { type InTx, ValidationFailed } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import { category, productCategory } from './tables.ts'

/** Files a product under these categories and no others; `validation_failed` names those there are not. */
export const fileProduct = async (
  { database }: Pick<Parts, 'database'>,
  context: InTx,
  productId: Product['id'],
  categoryIds: Product['categoryIds'],
): Promise<void> => {
  const queries = database.on(context)
  // Locked, so that none is deleted before the product is in it.
  const known = await queries.execute<{ id: string }>(sql`
    select id from ${category} where id = any(${sql.param(categoryIds)}::uuid[]) order by id for key share`)
  const ids = new Set(known.map(({ id }) => id))
  const errors = categoryIds.flatMap((id, index) =>
    ids.has(id) ? [] : [{ pointer: `/categoryIds/${index}`, detail: 'There is no such category.' }],
  )
  if (errors.length > 0) throw ValidationFailed({ errors })
  await queries.delete(productCategory).where(eq(productCategory.productId, productId))
  const rows = [...new Set(categoryIds)].map((categoryId, position) => ({ productId, categoryId, position }))
  if (rows.length > 0) await queries.insert(productCategory).values(rows)
}
