import { idOf, prose, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a review. */
export const reviewId = idOf('Review')

const said = {
  productId: idOf('Product'),
  rating: z.int().min(1).max(5).meta({ description: 'Stars' }),
  text: prose(2000),
}

/** What a client sends to review a product, with the order that it came by. */
export const newReview = z.strictObject({ ...said, orderId: idOf('Order') }).meta({
  id: 'NewReview',
  examples: [
    {
      productId: '0199c0de-7a11-7bad-8a5e-5eed00c0ffee',
      orderId: '0199c0de-7a11-7bad-8a5e-5eed00c0ffef',
      rating: 5,
      text: 'Warm, and it does not itch.',
    },
  ],
})

/** A review, as everybody sees it. */
export const review = z.strictObject({ id: reviewId, ...said, createdAt: timestamp }).meta({ id: 'Review' })

/** See {@link review}. */
export type Review = z.infer<typeof review>
