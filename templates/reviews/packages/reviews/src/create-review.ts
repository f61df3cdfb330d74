import { type InputOf, newId, type TxContext } from '@plinth/kernel'
import { AlreadyReviewed, NotBought, type Review, type ReviewsContract } from '@plinth/reviews-contract'
import { sql } from 'drizzle-orm'
import type { ReviewsDeps } from './deps.ts'
import { hasBought } from './neighbours/orders.ts'
import { ownerOf } from './owner.ts'
import { columns, type ReviewRow, showReview } from './stored-review.ts'

/** Reviews a product that the actor bought: once, however often they try at the same moment. */
export const createReview =
  (deps: ReviewsDeps) =>
  async (context: TxContext, input: InputOf<ReviewsContract, 'createReview'>): Promise<Review> => {
    const author = ownerOf(context)
    // Outside any transaction: orders may be elsewhere, and slow.
    if (!(await hasBought(deps, context, author, input))) throw NotBought()
    const { productId, rating, text } = input
    const [row] = await deps.database.on(context).execute<ReviewRow>(sql`
      insert into reviews.review (id, product_id, user_id, rating, text)
      values (${newId<'Review'>()}, ${productId}, ${author.id}, ${rating}, ${text})
      on conflict (product_id, user_id) do nothing returning ${columns}`)
    if (row === undefined) throw AlreadyReviewed()
    return showReview(row)
  }
