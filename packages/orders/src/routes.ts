import type { Implementation } from '@plinth/kernel'
import type { OrdersContract } from '@plinth/orders-contract'
import type { FastifyInstance } from 'fastify'
import { buyerRoutes } from './buyer-routes.ts'
import { sellerRoutes } from './seller-routes.ts'

/** The public routes of orders: a Fastify plugin for a gateway of @plinth/http. */
export const ordersRoutes =
  (operations: Implementation<OrdersContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    buyerRoutes(app, operations)
    sellerRoutes(app, operations)
  }
