import { declareError } from '@plinth/kernel'

/** Only who bought a product may review it. */
export const NotBought = declareError('not_bought', {
  kind: 'conflict',
  description: 'This product is in no paid order of yours by that id.',
})

/** One review a product from each buyer. */
export const AlreadyReviewed = declareError('already_reviewed', {
  kind: 'conflict',
  description: 'You have reviewed this product already.',
})
