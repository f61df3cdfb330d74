import { type CatalogContract, catalogPermissions as can, type Product } from '@plinth/catalog-contract'
import { contextOf, holds, type InputOf, isId, NotFound, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { findBySlug, findProduct } from './find-product.ts'
import { writableBy } from './own.ts'
import type { Parts } from './parts.ts'

/**
 * A product by id or slug. What is published comes from the shelf; who may sell sees it as it is this moment,
 * since what they read is what they change next, and sees their own drafts.
 */
export const getProduct =
  (parts: Parts) =>
  async (context: TxContext, { idOrSlug }: InputOf<CatalogContract, 'getProduct'>): Promise<Product> => {
    const { actor } = context
    const sells = holds(actor, can.writeOwn) || holds(actor, can.writeAny)
    const product = await (sells ? asItIs(parts, context, idOrSlug) : fromShelf(parts, idOrSlug))
    if (product === undefined) throw NotFound()
    return product
  }

const asItIs = ({ database }: Parts, context: TxContext, idOrSlug: string) => {
  const named = isId<'Product'>(idOrSlug) ? sql`p.id = ${idOrSlug}` : sql`p.slug = ${idOrSlug}`
  const mine = writableBy(context.actor, sql`p.seller_id`)
  return findProduct(database, context, sql`${named} and (p.status = 'published' or ${mine})`)
}

const fromShelf = async ({ database, shelf }: Parts, idOrSlug: string) => {
  const id = isId<'Product'>(idOrSlug)
    ? idOrSlug
    : await shelf.slug(idOrSlug, () => findBySlug(database, contextOf(), idOrSlug))
  return id && shelf.product(id)
}
