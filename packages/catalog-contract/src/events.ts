import { event, idOf, newId } from '@plinth/kernel'
import { z } from 'zod'
import { productId, productStatus, variantId } from './product.ts'

/** A product, one of its variants or its price is not what it was. */
export const productChanged = event('catalog.product-changed', {
  summary: 'A product was made or changed.',
  data: z.strictObject({ productId, sellerId: idOf('User'), status: productStatus }),
  example: { productId: newId<'Product'>(), sellerId: newId<'User'>(), status: 'published' },
})

/** A variant is about to run out. Announced when what is available falls to the threshold or below. */
export const stockLow = event('catalog.stock-low', {
  summary: 'A variant is running out.',
  data: z.strictObject({
    variantId,
    productId,
    sellerId: idOf('User'),
    sku: z.string(),
    available: z.int().min(0),
  }),
  example: {
    variantId: newId<'Variant'>(),
    productId: newId<'Product'>(),
    sellerId: newId<'User'>(),
    sku: 'TEE-BLUE-M',
    available: 3,
  },
})
