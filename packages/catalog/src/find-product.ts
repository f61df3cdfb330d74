import type { Product } from '@plinth/catalog-contract'
import type { Id, TxContext } from '@plinth/kernel'
import type { Database } from '@plinth/postgres'
import { eq, sql } from 'drizzle-orm'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import { product } from './tables.ts'

/** The product with this id, whatever its status. */
export const findProduct = async (
  database: Database,
  context: TxContext,
  productId: Id<'Product'>,
): Promise<Product | undefined> => {
  const [row] = await database
    .on(context)
    .execute<ProductRow>(sql`select ${productColumns} from catalog.product p where p.id = ${productId}`)
  return row && productOf(row)
}

/** The id of the product with this slug, whatever its status. */
export const findBySlug = async (
  database: Database,
  context: TxContext,
  slug: string,
): Promise<Id<'Product'> | undefined> => {
  const [row] = await database
    .on(context)
    .select({ id: product.id })
    .from(product)
    .where(eq(product.slug, slug))
  return row?.id
}
