import type { Id } from '@plinth/kernel'
import type { Review } from '@plinth/reviews-contract'
import { sql } from 'drizzle-orm'

/** A review as its row has it. */
export type ReviewRow = {
  readonly id: Id<'Review'>
  readonly product_id: Id<'Product'>
  readonly rating: number
  readonly text: string
  readonly created_at: Date
}

/** The columns of a {@link ReviewRow}. */
export const columns = sql`id, product_id, rating, text, created_at`

/** A review as the world sees it: not whose it is. */
export const showReview = ({ id, product_id, rating, text, created_at }: ReviewRow): Review => ({
  id,
  productId: product_id,
  rating,
  text,
  createdAt: created_at.toISOString(),
})
