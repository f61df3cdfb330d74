import type { Product } from '@plinth/catalog-contract'
import { contextOf, type Id, type TxContext } from '@plinth/kernel'
import { type Database, inLots, type Queries } from '@plinth/postgres'
import { and, eq, type SQL, sql } from 'drizzle-orm'
import { type ProductRow, productColumns, productOf } from './product-row.ts'
import type { Source } from './shelf.ts'
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
): ((productId: Id<'Product'>, from: Source) => Promise<Product | undefined>) => {
  const lots = inLots({
    work: async (context, wanted: readonly { readonly id: Id<'Product'>; readonly from: Source }[]) => {
      const ids = wanted.map(({ id }) => id)
      const anyOfPrimary = wanted.some(({ from }) => from === 'primary')
      const products = await findPublished(
        anyOfPrimary ? database.on(context) : database.onReplica(context),
        ids,
      )
      return ids.map(id => products.get(id))
    },
  })
  return async (id, from) => {
    const product = await lots(contextOf(), { id, from })
    // A copy may not know yet of one that is new.
    return (
      product ??
      (from === 'replica' && database.replica !== undefined
        ? lots(contextOf(), { id, from: 'primary' })
        : undefined)
    )
  }
}

const findPublished = async (
  queries: Queries,
  ids: readonly Id<'Product'>[],
): Promise<Map<Id<'Product'>, Product>> => {
  const rows = await queries.execute<ProductRow>(sql`
    select ${productColumns} from catalog.product p
     where p.id = any(${sql.param(ids)}::uuid[]) and p.status = 'published'`)
  return new Map(rows.map(row => [row.id, productOf(row)]))
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
