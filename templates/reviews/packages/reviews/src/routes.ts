import { pageQuery, route } from '@plinth/http'
import { type Implementation, idOf, pageOf } from '@plinth/kernel'
import { type ReviewsContract, review, reviewId, reviewsContract } from '@plinth/reviews-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = reviewsContract
const productId = idOf('Product')
const tag = 'Reviews'

/** The public routes of reviews: a Fastify plugin for a gateway of @plinth/http. */
export const reviewsRoutes =
  (operations: Implementation<ReviewsContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    route(app, {
      method: 'GET',
      path: '/v1/reviews',
      id: 'listReviews',
      tag,
      operation: contract.listReviews,
      query: z.strictObject({ ...pageQuery, productId }),
      responses: { 200: pageOf(review) },
      handle: async ({ context, query }) => ({
        status: 200,
        body: await operations.listReviews(context, query),
      }),
    })
    route(app, {
      method: 'POST',
      path: '/v1/reviews',
      id: 'createReview',
      tag,
      operation: contract.createReview,
      body: contract.createReview.input,
      responses: { 201: review },
      idempotency: 'accepted',
      handle: async ({ context, body }) => ({
        status: 201,
        body: await operations.createReview(context, body),
      }),
    })
    route(app, {
      method: 'GET',
      path: '/v1/reviews/:reviewId',
      id: 'getReview',
      tag,
      operation: contract.getReview,
      params: z.strictObject({ reviewId }),
      responses: { 200: review },
      etag: true,
      handle: async ({ context, params }) => ({
        status: 200,
        body: await operations.getReview(context, params),
      }),
    })
  }
