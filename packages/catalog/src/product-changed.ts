import { type Product, productChanged } from '@plinth/catalog-contract'
import type { InTx } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { findProduct } from './find-product.ts'
import type { Parts } from './parts.ts'
import { refreshProducts } from './product-index.ts'

/** What follows every change of a product or its variants: lists, search, shelf and event. The product as it is then. */
export const afterChange = async (
  { database, outbox, shelf }: Parts,
  context: InTx,
  productId: Product['id'],
): Promise<Product> => {
  await refreshProducts(database, context, [productId])
  const product = await findProduct(database, context, sql`p.id = ${productId}`)
  if (product === undefined) throw new Error('a product is gone, but products are never deleted')
  const { sellerId, status } = product
  await outbox.append(context, productChanged, {
    subject: productId,
    data: { productId, sellerId, status },
  })
  shelf.forget(context, [productId], 'lists too')
  return product
}
