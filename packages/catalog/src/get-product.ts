import { type CatalogContract, catalogPermissions as can, type Product } from '@plinth/catalog-contract'
import { contextOf, holds, type InputOf, isId, NotFound, type TxContext } from '@plinth/kernel'
import { findBySlug, findProduct } from './find-product.ts'
import { mayWrite } from './own.ts'
import type { Parts } from './parts.ts'

/**
 * A product by id or slug. What is published comes from the shelf; who may sell sees it as it is this moment,
 * since what they read is what they change next, and sees their own drafts.
 */
export const getProduct =
  ({ database, shelf }: Parts) =>
  async (context: TxContext, { idOrSlug }: InputOf<CatalogContract, 'getProduct'>): Promise<Product> => {
    const { actor } = context
    const id = isId<'Product'>(idOrSlug)
      ? idOrSlug
      : await shelf.slug(idOrSlug, () => findBySlug(database, contextOf(), idOrSlug))
    if (id === undefined) throw NotFound()
    if (holds(actor, can.writeOwn) || holds(actor, can.writeAny)) {
      const product = await findProduct(database, context, id)
      if (product && (product.status === 'published' || mayWrite(actor, product.sellerId))) return product
      throw NotFound()
    }
    const product = await shelf.product(id, async () => {
      const found = await findProduct(database, contextOf(), id)
      return found?.status === 'published' ? found : undefined
    })
    if (product === undefined) throw NotFound()
    return product
  }
