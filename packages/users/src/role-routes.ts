import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import { permissionInfo, role, roleName, type UsersContract, usersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = usersContract
const tag = 'Roles'
const oneRole = z.strictObject({ name: roleName })
const definition = contract.createRole.input
const example = { description: 'Answers the phone.', permissions: ['orders:read:any', 'users:read:any'] }

/** The roles there are, what they hold, and how the shop defines its own. */
export const roleRoutes = (app: FastifyInstance, operations: Implementation<UsersContract>): void => {
  route(app, {
    method: 'GET',
    path: '/v1/permissions',
    id: 'listPermissions',
    tag,
    operation: contract.listPermissions,
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(permissionInfo) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listPermissions(context, query),
    }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/roles',
    id: 'listRoles',
    tag,
    operation: contract.listRoles,
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(role) },
    handle: async ({ context, query }) => ({ status: 200, body: await operations.listRoles(context, query) }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/roles',
    id: 'createRole',
    tag,
    operation: contract.createRole,
    body: definition.meta({ id: 'CreateRoleRequest', examples: [{ name: 'support', ...example }] }),
    responses: { 201: role },
    handle: async ({ context, body }) => ({
      status: 201,
      body: await operations.createRole(context, body),
      headers: { location: `/v1/roles/${body.name}` },
    }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/roles/:name',
    id: 'getRole',
    tag,
    operation: contract.getRole,
    params: oneRole,
    responses: { 200: role },
    etag: true,
    handle: async ({ context, params }) => ({ status: 200, body: await operations.getRole(context, params) }),
  })
  route(app, {
    method: 'PUT',
    path: '/v1/roles/:name',
    id: 'replaceRole',
    tag,
    operation: contract.replaceRole,
    params: oneRole,
    body: definition.omit({ name: true }).meta({ id: 'ReplaceRoleRequest', examples: [example] }),
    responses: { 200: role },
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.replaceRole(context, { ...params, ...body, ...ifMatch }),
    }),
  })
  route(app, {
    method: 'DELETE',
    path: '/v1/roles/:name',
    id: 'deleteRole',
    tag,
    operation: contract.deleteRole,
    params: oneRole,
    responses: { 204: null },
    etag: true,
    handle: async ({ context, params, ifMatch }) => {
      await operations.deleteRole(context, { ...params, ...ifMatch })
      return { status: 204 }
    },
  })
}
