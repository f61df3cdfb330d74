import { type InputOf, NotFound, type TxContext } from '@plinth/kernel'
import type { Review, ReviewsContract } from '@plinth/reviews-contract'
import { sql } from 'drizzle-orm'
import type { ReviewsDeps } from './deps.ts'
import { columns, type ReviewRow, showReview } from './stored-review.ts'

/** One review, for everybody. */
export const getReview =
  ({ database }: ReviewsDeps) =>
  async (context: TxContext, { reviewId }: InputOf<ReviewsContract, 'getReview'>): Promise<Review> => {
    const [row] = await database
      .on(context)
      .execute<ReviewRow>(sql`select ${columns} from reviews.review where id = ${reviewId}`)
    if (row === undefined) throw NotFound()
    return showReview(row)
  }
