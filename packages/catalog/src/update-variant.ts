import type { CatalogContract, Variant } from '@plinth/catalog-contract'
import { assertMatch, type InputOf, type TxContext, ValidationFailed } from '@plinth/kernel'
import { eq } from 'drizzle-orm'
import { variantIn } from './add-variant.ts'
import { lockProductOf } from './lock-product.ts'
import { wrongCurrency } from './new-variants.ts'
import type { Parts } from './parts.ts'
import { afterChange } from './product-changed.ts'
import * as tables from './tables.ts'
import { touchProduct } from './touch-product.ts'

/** Changes a variant. What is reserved keeps the price it was reserved at. */
export const updateVariant =
  (parts: Parts) =>
  async (
    context: TxContext,
    { variantId, changes, ifMatch }: InputOf<CatalogContract, 'updateVariant'>,
  ): Promise<Variant> => {
    const { price, title, options, active } = changes
    const { currency } = parts.settings
    if (price !== undefined && price.currency !== currency)
      throw ValidationFailed({ errors: [wrongCurrency('/price/currency', currency)] })
    return parts.database.transaction(context, async inTx => {
      const product = await lockProductOf(parts, inTx, variantId)
      const present = variantIn(product, variantId)
      assertMatch(ifMatch, present)
      const values = {
        ...(price !== undefined && { price: price.amount, currency }),
        ...(title !== undefined && { title }),
        ...(options !== undefined && { options }),
        ...(active !== undefined && { active }),
      }
      if (Object.keys(values).length === 0) return present
      await parts.database.on(inTx).update(tables.variant).set(values).where(eq(tables.variant.id, variantId))
      if (price !== undefined && price.amount !== present.price.amount)
        await parts.audit.append(inTx, {
          action: 'catalog.price-changed',
          subject: { kind: 'variant', id: variantId },
          details: { from: present.price, to: price },
        })
      await touchProduct(parts, inTx, product.id)
      return variantIn(await afterChange(parts, inTx, product.id), variantId)
    })
  }
