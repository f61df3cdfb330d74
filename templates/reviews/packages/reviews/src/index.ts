export { type ReviewsNeighbours, reviewsNeeds } from './neighbours/needs.ts'
export { createReviews, type Reviews, type ReviewsOptions } from './reviews.ts'
export { reviewsRoutes } from './routes.ts'
