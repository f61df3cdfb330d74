import type { CatalogContract } from '@plinth/catalog-contract'
import { assertMatch, type InputOf, type TxContext } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import { lockProduct } from './lock-product.ts'
import type { Parts } from './parts.ts'
import { afterChange } from './product-changed.ts'
import { product } from './tables.ts'

/** Takes a product off the shelves. Its seller and admins still see it, orders keep their copy, its SKUs stay taken. */
export const archiveProduct =
  (parts: Parts) =>
  (
    context: TxContext,
    { productId, ifMatch }: InputOf<CatalogContract, 'archiveProduct'>,
  ): Promise<undefined> =>
    parts.database.transaction(context, async inTx => {
      const present = await lockProduct(parts, inTx, productId)
      assertMatch(ifMatch, present)
      if (present.status === 'archived') return undefined
      await parts.database
        .on(inTx)
        .update(product)
        .set({ status: 'archived', updatedAt: sql`now()` })
        .where(eq(product.id, productId))
      await afterChange(parts, inTx, productId)
      return undefined
    })
