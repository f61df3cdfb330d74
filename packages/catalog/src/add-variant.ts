import type { CatalogContract, Product, Variant } from '@plinth/catalog-contract'
import { type InputOf, type TxContext, ValidationFailed } from '@plinth/kernel'
import { lockProduct } from './lock-product.ts'
import { addVariants, assertFit } from './new-variants.ts'
import type { Parts } from './parts.ts'
import { afterChange } from './product-changed.ts'
import { touchProduct } from './touch-product.ts'

/** As many as a product may be made with. */
const maxVariants = 100

/** Adds a variant to a product. */
export const addVariant =
  (parts: Parts) =>
  async (
    context: TxContext,
    { productId, variant }: InputOf<CatalogContract, 'addVariant'>,
  ): Promise<Variant> => {
    assertFit(parts, [variant], () => '')
    return parts.database.transaction(context, async inTx => {
      const { variants } = await lockProduct(parts, inTx, productId)
      if (variants.length >= maxVariants)
        throw ValidationFailed({
          errors: [{ pointer: '', detail: `A product has at most ${maxVariants} variants.` }],
        })
      const [id] = await addVariants(parts, inTx, productId, [variant])
      await touchProduct(parts, inTx, productId)
      return variantIn(await afterChange(parts, inTx, productId), id)
    })
  }

/** The variant of a product that is known to have it. */
export const variantIn = ({ variants }: Product, variantId: Variant['id'] | undefined): Variant => {
  const found = variants.find(({ id }) => id === variantId)
  if (found === undefined) throw new Error('a variant is gone, but variants are never deleted')
  return found
}
