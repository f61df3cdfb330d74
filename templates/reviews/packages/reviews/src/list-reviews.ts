import { cursorsFor, type InputOf, type Page, pageFrom, type TxContext } from '@plinth/kernel'
import { type Review, type ReviewsContract, reviewId } from '@plinth/reviews-contract'
import { sql } from 'drizzle-orm'
import type { ReviewsDeps } from './deps.ts'
import { columns, type ReviewRow, showReview } from './stored-review.ts'

const cursors = cursorsFor('reviews', reviewId)

/** The reviews of a product, newest first. */
export const listReviews =
  ({ database }: ReviewsDeps) =>
  async (
    context: TxContext,
    { limit, cursor, productId }: InputOf<ReviewsContract, 'listReviews'>,
  ): Promise<Page<Review>> => {
    const after = cursors.read(cursor, { productId })
    const rows = await database.on(context).execute<ReviewRow>(sql`
      select ${columns} from reviews.review
       where product_id = ${productId} ${after === undefined ? sql`` : sql`and id < ${after}`}
       order by id desc limit ${limit + 1}`)
    return pageFrom(rows, limit, showReview, ({ id }) => cursors.write(id, { productId }))
  }
