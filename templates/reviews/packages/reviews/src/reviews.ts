import { type Implementation, implement } from '@plinth/kernel'
import { createDatabase, type Job, type Migrations, migrationsOf, type Pool } from '@plinth/postgres'
import { type ReviewsContract, reviewsContract } from '@plinth/reviews-contract'
import type { FastifyInstance } from 'fastify'
import { createReview } from './create-review.ts'
import type { ReviewsDeps } from './deps.ts'
import { getReview } from './get-review.ts'
import { listReviews } from './list-reviews.ts'
import type { ReviewsNeighbours } from './neighbours/needs.ts'
import { reviewsRoutes } from './routes.ts'

/** What reviews need from the deployable they run in. */
export interface ReviewsOptions {
  readonly pool: Pool
  readonly neighbours: ReviewsNeighbours
}

/** The reviews domain, ready to be composed. Nothing happens before the host starts its jobs. */
export interface Reviews {
  readonly operations: Implementation<ReviewsContract>
  /** A Fastify plugin, for what `createGateway` of `@plinth/http` makes. */
  readonly routes: (app: FastifyInstance) => Promise<void>
  readonly jobs: readonly Job[]
  readonly migrations: Migrations
}

/** Creates the reviews domain. */
export const createReviews = ({ pool, neighbours }: ReviewsOptions): Reviews => {
  const deps: ReviewsDeps = { database: createDatabase({ pool, schema: 'reviews' }), neighbours }
  const operations = implement(reviewsContract, {
    createReview: createReview(deps),
    getReview: getReview(deps),
    listReviews: listReviews(deps),
  })
  return {
    operations,
    routes: reviewsRoutes(operations),
    jobs: [],
    migrations: migrationsOf('reviews', import.meta.url),
  }
}
