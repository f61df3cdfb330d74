import { type CatalogContract, InsufficientStock, type StockLevel } from '@plinth/catalog-contract'
import { type InputOf, type InTx, type TxContext, ValidationFailed } from '@plinth/kernel'
import { eq, sql } from 'drizzle-orm'
import { claimAdjustment } from './adjustment-keys.ts'
import { assertMine, nameOf } from './own.ts'
import type { Parts } from './parts.ts'
import { announceStockLow } from './stock-low.ts'
import { product, variant } from './tables.ts'

type Input = InputOf<CatalogContract, 'adjustStock'>

/** The most that may lie on a shelf. */
const maxOnHand = 1_000_000_000

/**
 * Corrects what is on hand. What open reservations hold cannot be taken away. The same caller and idempotency
 * key adjust once, and are told the level as it is.
 */
export const adjustStock =
  (parts: Parts) =>
  (context: TxContext, input: Input): Promise<StockLevel> =>
    parts.database.transaction(context, async inTx => {
      const { variantId, delta } = input
      const [owned] = await parts.database
        .on(inTx)
        .select({ sellerId: product.sellerId, productId: product.id, sku: variant.sku })
        .from(variant)
        .innerJoin(product, eq(product.id, variant.productId))
        .where(eq(variant.id, variantId))
      assertMine(inTx, owned)
      if (!(await claimAdjustment(parts, inTx))) return levelOf(parts, inTx, variantId)
      const { adjusted, onHand, reserved } = await adjust(parts, inTx, input)
      const available = onHand - reserved
      if (!adjusted && delta > 0)
        throw ValidationFailed({
          errors: [{ pointer: '/delta', detail: `At most ${maxOnHand} may be on hand.` }],
        })
      if (!adjusted) throw InsufficientStock({ lines: [{ variantId, requested: -delta, available }] })
      parts.shelf.forget(inTx, [owned.productId], 'lists too')
      await parts.audit.append(inTx, {
        action: 'catalog.stock-adjusted',
        subject: { kind: 'variant', id: variantId },
        details: { delta, onHand },
      })
      await announceStockLow(parts, inTx, [{ ...owned, variantId, available, taken: -delta }])
      return { available, onHand, reserved }
    })

const levelOf = async (
  { database }: Parts,
  context: InTx,
  variantId: Input['variantId'],
): Promise<StockLevel> => {
  const [row] = await database.on(context).execute<StockLevel>(sql`
    select on_hand - reserved as available, on_hand as "onHand", reserved from catalog.variant where id = ${variantId}`)
  if (row === undefined) throw new Error('a variant is gone, but variants are never deleted')
  return row
}

type Adjusted = { readonly adjusted: boolean; readonly onHand: number; readonly reserved: number }

/**
 * One statement: the level after the change, or as it is where the change cannot be. Here and in every other
 * statement that locks a variant and then changes it, both numbers are set from what the lock read: PostgreSQL
 * checks a row's constraints before it notices that the row has moved on since the statement began.
 */
const adjust = async ({ database }: Parts, context: InTx, input: Input): Promise<Adjusted> => {
  const { variantId, delta, reason } = input
  const [row] = await database.on(context).execute<Adjusted>(sql`
    with present as (
      select id, on_hand, reserved from catalog.variant where id = ${variantId} for no key update
    ), adjusted as (
      update catalog.variant v set on_hand = present.on_hand + ${delta}, reserved = present.reserved
        from present
       where v.id = present.id
         and present.on_hand + ${delta} between present.reserved and greatest(present.on_hand, ${maxOnHand})
      returning v.id, v.on_hand, v.reserved
    ), noted as (
      insert into catalog.stock_movement (variant_id, kind, delta, reason, on_hand, made_by)
      select id, 'adjustment', ${delta}, ${reason}, on_hand, ${nameOf(context)} from adjusted
    )
    select adjusted.id is not null as adjusted, coalesce(adjusted.on_hand, present.on_hand) as "onHand",
           present.reserved
      from present left join adjusted using (id)`)
  if (row === undefined) throw new Error('a variant is gone, but variants are never deleted')
  return row
}
