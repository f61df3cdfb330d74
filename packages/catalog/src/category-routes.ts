import { category, categoryId, catalogContract as contract } from '@plinth/catalog-contract'
import { route } from '@plinth/http'
import { line } from '@plinth/kernel'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { Operations } from './operations.ts'

const tag = 'Catalog'
const { listCategories, createCategory, updateCategory, deleteCategory } = contract.operations
const byId = z.strictObject({ id: categoryId })
const parentId = categoryId.nullable().optional().meta({ description: 'Null or left out: at the top' })

/** The tree that products are filed in. */
export const categoryRoutes = (app: FastifyInstance, operations: Operations): void => {
  route(app, {
    method: 'GET',
    path: '/v1/categories',
    id: 'listCategories',
    tag,
    operation: listCategories,
    responses: { 200: z.strictObject({ data: z.array(category) }) },
    etag: true,
    handle: async ({ context }) => ({ status: 200, body: await operations.listCategories(context, {}) }),
  })

  route(app, {
    method: 'POST',
    path: '/v1/categories',
    id: 'createCategory',
    tag,
    operation: createCategory,
    body: z
      .strictObject({ name: line(200), parentId })
      .meta({ id: 'NewCategory', examples: [{ name: 'Shirts' }] }),
    responses: { 201: category },
    idempotency: 'accepted',
    etag: true,
    handle: async ({ context, body }) => ({
      status: 201,
      body: await operations.createCategory(context, body),
    }),
  })

  route(app, {
    method: 'PATCH',
    path: '/v1/categories/:id',
    id: 'updateCategory',
    tag,
    operation: updateCategory,
    params: byId,
    body: z
      .strictObject({
        name: line(200).optional(),
        parentId: parentId.meta({ description: 'Null: to the top. Left out: stays where it is' }),
      })
      .meta({ id: 'CategoryChanges', examples: [{ name: 'Shirts and blouses' }] }),
    responses: { 200: category },
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.updateCategory(context, { categoryId: params.id, ...body, ...ifMatch }),
    }),
  })

  route(app, {
    method: 'DELETE',
    path: '/v1/categories/:id',
    id: 'deleteCategory',
    tag,
    operation: deleteCategory,
    params: byId,
    responses: { 204: null },
    etag: true,
    handle: async ({ context, params, ifMatch }) => {
      await operations.deleteCategory(context, { categoryId: params.id, ...ifMatch })
      return { status: 204 }
    },
  })
}
