import { declareError } from '@plinth/kernel'
import { maxLines, maxQuantity } from './cart.ts'

/** A line would hold too many. */
export const QuantityLimit = declareError('quantity_limit', {
  kind: 'conflict',
  description: `A line holds at most ${maxQuantity}.`,
})

/** The cart would hold too many lines. */
export const CartFull = declareError('cart_full', {
  kind: 'conflict',
  description: `A cart holds at most ${maxLines} lines.`,
})
