import type { CatalogContract, Product } from '@plinth/catalog-contract'
import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { sql } from 'drizzle-orm'
import { z } from 'zod'
import { sellerOf } from './own.ts'
import type { Parts } from './parts.ts'
import { type ProductRow, productColumns, productOf } from './product-row.ts'

/** A page of what the actor sells, newest first, drafts and archived ones too. */
export const listOwnProducts =
  ({ database }: Parts) =>
  async (
    context: TxContext,
    { limit, cursor, ...query }: InputOf<CatalogContract, 'listOwnProducts'>,
  ): Promise<Page<Product>> => {
    const sellerId = sellerOf(context)
    const mine = { ...query, sellerId }
    const after = cursors.read(cursor, mine)
    const rows = await database.on(context).execute<ProductRow>(sql`
      select ${productColumns}
        from catalog.product p
       where p.seller_id = ${sellerId}
         and ${query.status === undefined ? sql`true` : sql`p.status = ${query.status}`}
         and ${after === undefined ? sql`true` : sql`p.id < ${after[0]}`}
       order by p.id desc limit ${limit + 1}`)
    return pageFrom(rows, limit, productOf, ({ id }) => cursors.write([id], mine))
  }

const cursors = cursorsFor('catalog.own-products', z.tuple([z.uuid()]))
