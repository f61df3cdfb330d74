import { idOf, line, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** A number of things on a shelf. */
export const stockCount = z.int().min(0).max(1_000_000)

/** How much of a variant there is. */
export const stockLevel = z
  .strictObject({ available: z.int().min(0), onHand: z.int().min(0), reserved: z.int().min(0) })
  .meta({ id: 'StockLevel' })

/** See {@link stockLevel}. */
export type StockLevel = z.infer<typeof stockLevel>

/** A change of what is on hand that somebody makes by hand. */
export const stockAdjustment = z
  .strictObject({
    delta: z
      .int()
      .min(-1_000_000)
      .max(1_000_000)
      .refine(delta => delta !== 0, 'A change of nothing is no change.'),
    reason: line(500),
  })
  .meta({ id: 'StockAdjustment', examples: [{ delta: 10, reason: 'Delivery from the workshop' }] })

/** A row of the ledger: one change of what is on hand. */
export const stockMovement = z
  .strictObject({
    id: idOf('StockMovement'),
    kind: z.enum(['initial', 'adjustment', 'sale', 'restock']),
    delta: z.int(),
    reason: z.string().nullable(),
    orderId: idOf('Order').nullable(),
    onHand: z.int().min(0).meta({ description: 'After the change' }),
    at: timestamp,
    by: z.string().nullable().meta({ description: 'The user who made it, or the part of the shop' }),
  })
  .meta({ id: 'StockMovement' })

/** See {@link stockMovement}. */
export type StockMovement = z.infer<typeof stockMovement>

/** So many of a variant. */
export const stockLine = z.strictObject({ variantId: idOf('Variant'), quantity: z.int().min(1).max(999) })

/** What there is too little of. */
export const shortage = z.strictObject({ variantId: idOf('Variant'), requested: z.int(), available: z.int() })
