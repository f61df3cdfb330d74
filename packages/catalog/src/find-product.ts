import type { Product } from '@plinth/catalog-contract'
import { contextOf, type Id, type TxContext } from '@plinth/kernel'
import { type Database, inLots } from '@plinth/postgres'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import { product } from './tables.ts'

/** The product `p` of which that is true: of one that is not to be seen no more is read than of one that there is not. */
export const findProduct = async (
  database: Database,
  context: TxContext,
  which: SQL,
): Promise<Product | undefined> => {
  const [row] = await database
    .on(context)
    .execute<ProductRow>(sql`select ${productColumns} from catalog.product p where ${which}`)
  return row && productOf(row)
}

/** Finds published products: for all who want one at the same moment, in one statement. */
export const publishedProducts = (
  database: Database,
): ((productId: Id<'Product'>) => Promise<Product | undefined>) => {
  const lots = inLots({
    work: async (context, ids: readonly Id<'Product'>[]) => {
      const rows = await database.on(context).execute<ProductRow>(sql`
        select ${productColumns} from catalog.product p
         where p.id = any(${sql.param(ids)}::uuid[]) and p.status = 'published'`)
      const products = new Map(rows.map(row => [row.id, productOf(row)]))
      return ids.map(id => products.get(id))
    },
  })
  return productId => lots(contextOf(), productId)
}

/** The id of the published product with this slug. */
export const findBySlug = async (
  database: Database,
  context: TxContext,
  slug: string,
): Promise<Id<'Product'> | undefined> => {
  const [row] = await database
    .on(context)
    .select({ id: product.id })
    .from(product)
    .where(and(eq(product.slug, slug), eq(product.status, 'published')))
  return row?.id
}
