import type { Product } from '@plinth/catalog-contract'
import type { Id, InTx } from '@plinth/kernel'
import { and, eq, sql } from 'drizzle-orm'
import { findProduct } from './find-product.ts'
import { assertMine, writableBy } from './own.ts'
import type { Parts } from './parts.ts'
import { product, variant } from './tables.ts'

/** Locks a product until the transaction ends and reads it; `not_found` unless the actor may change it. */
export const lockProduct = async (
  { database }: Pick<Parts, 'database'>,
  context: InTx,
  productId: Id<'Product'>,
): Promise<Product> => {
  const queries = database.on(context)
  const [locked] = await queries
    .select({ sellerId: product.sellerId })
    .from(product)
    .where(and(eq(product.id, productId), writableBy(context.actor, product.sellerId)))
    .for('no key update')
  assertMine(context, locked)
  const found = await findProduct(database, context, sql`p.id = ${productId}`)
  assertMine(context, found)
  return found
}

/** The same for the product that a variant belongs to. */
export const lockProductOf = async (
  parts: Pick<Parts, 'database'>,
  context: InTx,
  variantId: Id<'Variant'>,
): Promise<Product> => {
  const [found] = await parts.database
    .on(context)
    .select({ sellerId: product.sellerId, productId: variant.productId })
    .from(variant)
    .innerJoin(product, eq(product.id, variant.productId))
    .where(eq(variant.id, variantId))
  assertMine(context, found)
  return lockProduct(parts, context, found.productId)
}
