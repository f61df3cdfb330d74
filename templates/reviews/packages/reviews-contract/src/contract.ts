import { defineContract, idOf, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import { AlreadyReviewed, NotBought } from './errors.ts'
import { reviewsPermissions as can } from './permissions.ts'
import { newReview, review, reviewId } from './review.ts'

/** All that the world knows of reviews. */
export const reviewsContract = defineContract({
  name: 'reviews',
  permissions: can,
  events: {},
  operations: {
    createReview: operation({
      summary: 'Review a product that was bought',
      input: newReview,
      output: review,
      errors: [NotBought, AlreadyReviewed],
      access: [can.writeOwn],
    }),
    getReview: operation({
      summary: 'See a review',
      input: z.strictObject({ reviewId }),
      output: review,
      errors: [NotFound],
      idempotent: true,
      access: 'public',
    }),
    listReviews: operation({
      summary: 'List the reviews of a product, newest first',
      input: z.strictObject({ ...pageRequest.shape, productId: idOf('Product') }),
      output: pageOf(review),
      idempotent: true,
      access: 'public',
    }),
  },
})

/** See {@link reviewsContract}. */
export type ReviewsContract = typeof reviewsContract
