import {
  categoryId,
  catalogContract as contract,
  newProduct,
  product,
  productChanges,
  productId,
  productSort,
  productStatus,
} from '@plinth/catalog-contract'
import { pageQuery, queryBoolean, queryInt, route } from '@plinth/http'
import { idOf, pageOf } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Operations } from './operations.ts'

const tag = 'Catalog'
const { listProducts, getProduct, createProduct, updateProduct, archiveProduct, listOwnProducts } =
  contract.operations
const byId = z.strictObject({ id: productId })
const amount = (what: string) =>
  queryInt(0)
    .optional()
    .meta({ description: `${what}, in minor units` })

/** What is offered: for everybody to find, for sellers to keep. */
export const productRoutes = (app: FastifyInstance, operations: Operations): void => {
  route(app, {
    method: 'GET',
    path: '/v1/products',
    id: 'listProducts',
    tag,
    operation: listProducts,
    query: z.strictObject({
      ...pageQuery,
      q: z
        .string()
        .max(200)
        .optional()
        .meta({
          description:
            'Full-text search: stemmed, the last word as a beginning, slips of the finger forgiven',
          examples: ['linen shirt'],
        }),
      categoryId: categoryId.optional().meta({ description: 'In this category or below it' }),
      sellerId: idOf('User').optional(),
      minPrice: amount('The least that an active variant costs'),
      maxPrice: amount('The most that an active variant costs'),
      inStock: queryBoolean.optional(),
      sort: productSort.optional().meta({ description: '`relevance` with `q`, else `newest`' }),
    }),
    responses: { 200: pageOf(product) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listProducts(context, query),
    }),
  })

  route(app, {
    method: 'GET',
    path: '/v1/products/:id',
    id: 'getProduct',
    tag,
    operation: getProduct,
    params: z.strictObject({
      id: z
        .string()
        .min(1)
        .max(300)
        .meta({ description: 'Id or slug', examples: ['linen-shirt'] }),
    }),
    responses: { 200: product },
    etag: true,
    handle: async ({ context, params }) => ({
      status: 200,
      body: await operations.getProduct(context, { idOrSlug: params.id }),
    }),
  })

  route(app, {
    method: 'POST',
    path: '/v1/products',
    id: 'createProduct',
    tag,
    operation: createProduct,
    body: newProduct,
    responses: { 201: product },
    idempotency: 'accepted',
    etag: true,
    handle: async ({ context, body }) => {
      const made = await operations.createProduct(context, body)
      return { status: 201, body: made, headers: { location: `/v1/products/${made.id}` } }
    },
  })

  route(app, {
    method: 'PATCH',
    path: '/v1/products/:id',
    id: 'updateProduct',
    tag,
    operation: updateProduct,
    params: byId,
    body: productChanges,
    responses: { 200: product },
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.updateProduct(context, { productId: params.id, changes: body, ...ifMatch }),
    }),
  })

  route(app, {
    method: 'DELETE',
    path: '/v1/products/:id',
    id: 'archiveProduct',
    tag,
    operation: archiveProduct,
    params: byId,
    responses: { 204: null },
    etag: true,
    handle: async ({ context, params, ifMatch }) => {
      await operations.archiveProduct(context, { productId: params.id, ...ifMatch })
      return { status: 204 }
    },
  })

  route(app, {
    method: 'GET',
    path: '/v1/seller/products',
    id: 'listOwnProducts',
    tag,
    operation: listOwnProducts,
    query: z.strictObject({ ...pageQuery, status: productStatus.optional() }),
    responses: { 200: pageOf(product) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listOwnProducts(context, query),
    }),
  })
}
