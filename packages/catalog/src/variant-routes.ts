import {
  catalogContract as contract,
  newVariant,
  productId,
  stockAdjustment,
  stockLevel,
  stockMovement,
  variant,
  variantChanges,
  variantId,
} from '@plinth/catalog-contract'
import { pageQuery, route } from '@plinth/http'
import { pageOf } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Operations } from './operations.ts'

const tag = 'Catalog'
const { addVariant, updateVariant, adjustStock, listStockMovements } = contract.operations
const byId = z.strictObject({ id: variantId })

/** The things that are bought, and how much of them there is. */
export const variantRoutes = (app: FastifyInstance, operations: Operations): void => {
  route(app, {
    method: 'POST',
    path: '/v1/products/:id/variants',
    id: 'addVariant',
    tag,
    operation: addVariant,
    params: z.strictObject({ id: productId }),
    body: newVariant,
    responses: { 201: variant },
    idempotency: 'accepted',
    etag: true,
    handle: async ({ context, params, body }) => ({
      status: 201,
      body: await operations.addVariant(context, { productId: params.id, variant: body }),
    }),
  })

  route(app, {
    method: 'PATCH',
    path: '/v1/variants/:id',
    id: 'updateVariant',
    tag,
    operation: updateVariant,
    params: byId,
    body: variantChanges,
    responses: { 200: variant },
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.updateVariant(context, { variantId: params.id, changes: body, ...ifMatch }),
    }),
  })

  route(app, {
    method: 'POST',
    path: '/v1/variants/:id/stock-adjustments',
    id: 'adjustStock',
    tag,
    operation: adjustStock,
    params: byId,
    body: stockAdjustment,
    responses: { 201: stockLevel },
    idempotency: 'accepted',
    handle: async ({ context, params, body }) => ({
      status: 201,
      body: await operations.adjustStock(context, { variantId: params.id, ...body }),
    }),
  })

  route(app, {
    method: 'GET',
    path: '/v1/variants/:id/stock-adjustments',
    id: 'listStockMovements',
    tag,
    operation: listStockMovements,
    params: byId,
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(stockMovement) },
    handle: async ({ context, params, query }) => ({
      status: 200,
      body: await operations.listStockMovements(context, { variantId: params.id, ...query }),
    }),
  })
}
