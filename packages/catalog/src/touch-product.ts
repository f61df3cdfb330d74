import type { Id, InTx } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import type { Parts } from './parts.ts'
import { product } from './tables.ts'

/** A change of a variant is one of its product. */
export const touchProduct = async (
  { database }: Pick<Parts, 'database'>,
  context: InTx,
  productId: Id<'Product'>,
): Promise<void> => {
  await database.on(context).update(product).set({ updatedAt: sql`now()` }).where(eq(product.id, productId))
}
