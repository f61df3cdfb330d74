import { stockLow } from '@plinth/catalog-contract'
import type { Id, InTx } from '@plinth/kernel'
import type { Parts } from './parts.ts'

/** A variant after a step that took away from what can be bought. */
export type Taken = {
  readonly variantId: Id<'Variant'>
  readonly productId: Id<'Product'>
  readonly sellerId: Id<'User'>
  readonly sku: string
  /** What can be bought now. */
  readonly available: number
  /** How much less that is than before. */
  readonly taken: number
}

/** Announces each variant that this very step took to the threshold or below it. */
export const announceStockLow = async (
  { outbox, settings }: Pick<Parts, 'outbox' | 'settings'>,
  context: InTx,
  variants: readonly Taken[],
): Promise<void> => {
  const threshold = settings.stockLowThreshold
  const running = variants.filter(
    ({ available, taken }) => available <= threshold && available + taken > threshold,
  )
  await outbox.appendAll(
    context,
    running.map(({ variantId, productId, sellerId, sku, available }) => ({
      event: stockLow,
      subject: variantId,
      data: { variantId, productId, sellerId, sku, available },
    })),
  )
}
