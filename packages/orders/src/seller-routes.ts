import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import { type OrdersContract, orderId, orderStatus, ordersContract, sale } from '@plinth/orders-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = ordersContract
const tag = 'Sales'
const oneOrder = z.strictObject({ orderId })

/** What was sold, for those who sold it. */
export const sellerRoutes = (app: FastifyInstance, operations: Implementation<OrdersContract>): void => {
  route(app, {
    method: 'GET',
    path: '/v1/seller/orders',
    id: 'listSales',
    tag,
    operation: contract.listSales,
    query: z.strictObject({ ...pageQuery, status: orderStatus.optional() }),
    responses: { 200: pageOf(sale) },
    handle: async ({ context, query }) => ({ status: 200, body: await operations.listSales(context, query) }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/seller/orders/:orderId',
    id: 'getSale',
    tag,
    operation: contract.getSale,
    params: oneOrder,
    responses: { 200: sale },
    etag: true,
    handle: async ({ context, params }) => ({ status: 200, body: await operations.getSale(context, params) }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/seller/orders/:orderId/fulfil',
    id: 'fulfilSale',
    tag,
    operation: contract.fulfil,
    params: oneOrder,
    responses: { 200: sale },
    etag: true,
    handle: async ({ context, params }) => ({ status: 200, body: await operations.fulfil(context, params) }),
  })
}
