import { declareError } from '@plinth/kernel'
import { z } from 'zod'
import { shortage } from './stock.ts'

/** SKUs are unique in the store. */
export const SkuTaken = declareError('sku_taken', {
  kind: 'conflict',
  description: 'Another variant has this SKU.',
  details: z.strictObject({ sku: z.string() }),
})

/** There is less than was asked for. */
export const InsufficientStock = declareError('insufficient_stock', {
  kind: 'conflict',
  description: 'There is not enough in stock.',
  details: z.strictObject({ lines: z.array(shortage) }),
})

/** Something in the order is no longer for sale. */
export const ItemUnavailable = declareError('item_unavailable', {
  kind: 'conflict',
  description: 'Something in the cart can no longer be bought.',
  details: z.strictObject({ lines: z.array(shortage) }),
})

/** A category cannot lie below itself. */
export const CategoryCycle = declareError('category_cycle', {
  kind: 'conflict',
  description: 'A category cannot lie below itself.',
})

/** There are products in it, or categories below it. */
export const CategoryInUse = declareError('category_in_use', {
  kind: 'conflict',
  description: 'The category is in use.',
})
