import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import {
  type PaymentsContract,
  paymentsContract,
  refund,
  refundId,
  refundStatus,
  sandboxRefunds,
} from '@plinth/payments-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = paymentsContract
const tag = 'Payments'
const { orderId, ...refundRequest } = contract.refundOrder.input.shape

/** The public routes of payments: a Fastify plugin for a gateway of @plinth/http. The sandbox has two of its own. */
export const paymentsRoutes =
  (operations: Implementation<PaymentsContract>, { sandbox }: { readonly sandbox: boolean }) =>
  async (app: FastifyInstance): Promise<void> => {
    refundRoutes(app, operations)
    webhookRoute(app, operations)
    if (sandbox) sandboxRoutes(app, operations)
  }

const refundRoutes = (app: FastifyInstance, operations: Implementation<PaymentsContract>): void => {
  route(app, {
    method: 'POST',
    path: '/v1/admin/orders/:orderId/refunds',
    id: 'refundOrder',
    tag,
    operation: contract.refundOrder,
    description: 'Never more than was captured and not yet refunded. The provider is told in the background.',
    params: z.strictObject({ orderId }),
    body: z.strictObject(refundRequest).meta({
      id: 'RefundRequest',
      examples: [{ amount: { amount: 1999, currency: 'USD' }, reason: 'One of the shirts was torn' }],
    }),
    responses: { 202: refund },
    idempotency: 'accepted',
    handle: async ({ context, params, body }) => ({
      status: 202,
      body: await operations.refundOrder(context, { ...params, ...body }),
    }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/admin/refunds',
    id: 'listRefunds',
    tag,
    operation: contract.listRefunds,
    query: z.strictObject({ ...pageQuery, status: refundStatus.optional(), orderId: orderId.optional() }),
    responses: { 200: pageOf(refund) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listRefunds(context, query),
    }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/admin/refunds/:refundId/retry',
    id: 'retryRefund',
    tag,
    operation: contract.retryRefund,
    params: z.strictObject({ refundId }),
    responses: { 202: refund },
    idempotency: 'accepted',
    handle: async ({ context, params }) => ({
      status: 202,
      body: await operations.retryRefund(context, params),
    }),
  })
}

const webhookRoute = (app: FastifyInstance, operations: Implementation<PaymentsContract>): void =>
  route(app, {
    method: 'POST',
    path: '/v1/webhooks/payments/:provider',
    id: 'receivePaymentWebhook',
    tag,
    operation: contract.receiveWebhook,
    description:
      'Signed as the provider signs: Standard Webhooks by the sandbox, `Stripe-Signature` by Stripe.',
    params: z.strictObject({ provider: contract.receiveWebhook.input.shape.provider }),
    body: z.string(),
    rawBody: true,
    responses: { 204: null },
    handle: async ({ context, params, headers, body }) => {
      await operations.receiveWebhook(context, { ...params, headers, body })
      return { status: 204 }
    },
  })

const sandboxRoutes = (app: FastifyInstance, operations: Implementation<PaymentsContract>): void => {
  route(app, {
    method: 'GET',
    path: '/v1/admin/sandbox/journal',
    id: 'readSandboxJournal',
    tag,
    operation: contract.readJournal,
    description: 'Every capture and refund that it made, oldest first; of more than 1,000 the latest.',
    query: z.strictObject({ orderId: orderId.optional() }),
    responses: { 200: contract.readJournal.output },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.readJournal(context, query),
    }),
  })
  route(app, {
    method: 'PUT',
    path: '/v1/admin/sandbox/refunds',
    id: 'steerSandboxRefunds',
    tag,
    operation: contract.steerSandbox,
    body: sandboxRefunds,
    responses: { 200: sandboxRefunds },
    handle: async ({ context, body }) => ({
      status: 200,
      body: await operations.steerSandbox(context, body),
    }),
  })
}
