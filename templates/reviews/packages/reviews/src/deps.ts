import type { Database } from '@plinth/postgres'
import type { ReviewsNeighbours } from './neighbours/needs.ts'

/** What every use case of reviews needs. */
export interface ReviewsDeps {
  readonly database: Database
  readonly neighbours: ReviewsNeighbours
}
