import type { CatalogContract, StockMovement } from '@plinth/catalog-contract'
import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { and, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import { assertMine } from './own.ts'
import type { Parts } from './parts.ts'
import { product, stockMovement, variant } from './tables.ts'

/** A page of a variant's ledger, newest first. */
export const listStockMovements =
  ({ database }: Parts) =>
  async (
    context: TxContext,
    { limit, cursor, variantId }: InputOf<CatalogContract, 'listStockMovements'>,
  ): Promise<Page<StockMovement>> => {
    const queries = database.on(context)
    const [owned] = await queries
      .select({ sellerId: product.sellerId })
      .from(variant)
      .innerJoin(product, eq(product.id, variant.productId))
      .where(eq(variant.id, variantId))
    assertMine(context, owned)
    const after = cursors.read(cursor, { variantId })
    const rows = await queries
      .select()
      .from(stockMovement)
      .where(and(eq(stockMovement.variantId, variantId), after && lt(stockMovement.seq, after[0])))
      .orderBy(desc(stockMovement.seq))
      .limit(limit + 1)
    return pageFrom(
      rows,
      limit,
      ({ id, kind, delta, reason, orderId, onHand, at, by }) => ({
        id,
        kind,
        delta,
        reason,
        orderId,
        onHand,
        at: at.toISOString(),
        by,
      }),
      ({ seq }) => cursors.write([seq], { variantId }),
    )
  }

const cursors = cursorsFor('catalog.stock-movements', z.tuple([z.int()]))
