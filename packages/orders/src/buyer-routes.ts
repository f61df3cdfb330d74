import { type Answer, pageQuery, route } from '@plinth/http'
import {
  type Implementation,
  idOf,
  line,
  type OutputOf,
  PreconditionFailed,
  pageOf,
  timestamp,
} from '@plinth/kernel'
import {
  type OrdersContract,
  order,
  orderId,
  orderStatus,
  ordersContract,
  PaymentDeclined,
} from '@plinth/orders-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = ordersContract
const tag = 'Orders'
const oneOrder = z.strictObject({ orderId })
const byStatus = { ...pageQuery, status: orderStatus.optional() }

/** Checking out, and the orders that came of it, for buyers and admins. */
export const buyerRoutes = (app: FastifyInstance, operations: Implementation<OrdersContract>): void => {
  route(app, {
    method: 'POST',
    path: '/v1/checkout',
    id: 'checkout',
    tag,
    operation: contract.checkout,
    description:
      'Answered with 202 where the payment provider has not answered in time: the order settles by itself, and the same Idempotency-Key tells how.',
    body: contract.checkout.input,
    responses: { 201: order, 202: order },
    errors: [PaymentDeclined],
    idempotency: 'required',
    settles: true,
    etag: true,
    handle: async ({ context, body }) => answerTo(await operations.checkout(context, body)),
  })
  route(app, {
    method: 'GET',
    path: '/v1/orders',
    id: 'listOrders',
    tag,
    operation: contract.listOrders,
    query: z.strictObject(byStatus),
    responses: { 200: pageOf(order) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listOrders(context, query),
    }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/orders/:orderId',
    id: 'getOrder',
    tag,
    operation: contract.getOrder,
    params: oneOrder,
    responses: { 200: order },
    etag: true,
    handle: async ({ context, params }) => ({
      status: 200,
      body: await operations.getOrder(context, params),
    }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/orders/:orderId/cancel',
    id: 'cancelOrder',
    tag,
    operation: contract.cancelOrder,
    errors: [PreconditionFailed],
    params: oneOrder,
    body: z
      .strictObject({ reason: line(500).optional() })
      .meta({ id: 'CancelOrderRequest', examples: [{ reason: 'Changed my mind' }] })
      .optional(),
    responses: { 200: order },
    idempotency: 'accepted',
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.cancelOrder(context, { ...params, ...body, ...ifMatch }),
    }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/admin/orders',
    id: 'listAllOrders',
    tag,
    operation: contract.listAllOrders,
    description: 'Placed at `from` or later, and before `to`.',
    query: z.strictObject({
      ...byStatus,
      userId: idOf('User').optional(),
      from: timestamp.optional(),
      to: timestamp.optional(),
    }),
    responses: { 200: pageOf(order) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listAllOrders(context, query),
    }),
  })
}

/** A declined payment is a refusal that had an effect: the order is there, and failed. */
const answerTo = ({ outcome, order: placed }: OutputOf<OrdersContract, 'checkout'>): Answer => {
  const location = { location: `/v1/orders/${placed.id}` }
  switch (outcome) {
    case 'paid':
      return { status: 201, body: placed, headers: location }
    case 'pending':
      return { status: 202, body: placed, headers: location }
    case 'declined':
      throw PaymentDeclined({ orderId: placed.id })
  }
}
