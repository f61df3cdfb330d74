import type { CatalogContract, Product } from '@plinth/catalog-contract'
import { type InputOf, type InTx, newId, type TxContext } from '@plinth/kernel'
import { addVariants, assertFit } from './new-variants.ts'
import { sellerOf } from './own.ts'
import type { Parts } from './parts.ts'
import { fileProduct } from './product-categories.ts'
import { afterChange } from './product-changed.ts'
import { slugOf, withSuffix } from './slug.ts'
import { product } from './tables.ts'

type NewProduct = InputOf<CatalogContract, 'createProduct'>

/** Lists a product of the actor's: a draft unless told otherwise. */
export const createProduct =
  (parts: Parts) =>
  (context: TxContext, input: NewProduct): Promise<Product> => {
    assertFit(parts, input.variants, index => `/variants/${index}`)
    return parts.database.transaction(context, async inTx => {
      const id = await insert(parts, inTx, input)
      await fileProduct(parts, inTx, id, input.categoryIds ?? [])
      await addVariants(parts, inTx, id, input.variants)
      return afterChange(parts, inTx, id)
    })
  }

const insert = async ({ database }: Parts, context: InTx, input: NewProduct): Promise<Product['id']> => {
  const { title, description, status = 'draft' } = input
  const row = { id: newId<'Product'>(), sellerId: sellerOf(context), title, description, status }
  for (let slug = slugOf(title); ; slug = withSuffix(slugOf(title))) {
    const [made] = await database
      .on(context)
      .insert(product)
      .values({ ...row, slug })
      .onConflictDoNothing({ target: product.slug })
      .returning({ id: product.id })
    if (made !== undefined) return made.id
  }
}
