import type { CatalogContract, Product } from '@plinth/catalog-contract'
import { assertMatch, type InputOf, type TxContext } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import { lockProduct } from './lock-product.ts'
import type { Parts } from './parts.ts'
import { fileProduct } from './product-categories.ts'
import { afterChange } from './product-changed.ts'
import { product } from './tables.ts'

/** Changes a product. Its slug stays: it is in other people's links. */
export const updateProduct =
  (parts: Parts) =>
  (
    context: TxContext,
    { productId, changes, ifMatch }: InputOf<CatalogContract, 'updateProduct'>,
  ): Promise<Product> =>
    parts.database.transaction(context, async inTx => {
      const present = await lockProduct(parts, inTx, productId)
      assertMatch(ifMatch, present)
      const { categoryIds, title, description, status } = changes
      const given = Object.values(changes).filter(value => value !== undefined)
      if (given.length === 0) return present
      if (categoryIds !== undefined) await fileProduct(parts, inTx, productId, categoryIds)
      await parts.database
        .on(inTx)
        .update(product)
        .set({
          ...(title !== undefined && { title }),
          ...(description !== undefined && { description }),
          ...(status !== undefined && { status }),
          updatedAt: sql`now()`,
        })
        .where(eq(product.id, productId))
      return afterChange(parts, inTx, productId)
    })
