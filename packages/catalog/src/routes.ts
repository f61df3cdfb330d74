import type { FastifyInstance } from 'fastify'
import { categoryRoutes } from './category-routes.ts'
import type { Operations } from './operations.ts'
import { productRoutes } from './product-routes.ts'
import { variantRoutes } from './variant-routes.ts'

/** The catalog's public routes: a Fastify plugin for a gateway of @plinth/http. */
export const catalogRoutes =
  (operations: Operations) =>
  async (app: FastifyInstance): Promise<void> => {
    productRoutes(app, operations)
    variantRoutes(app, operations)
    categoryRoutes(app, operations)
  }
