import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import { roleName, type UsersContract, user, userId, userStatus, usersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = usersContract
const tag = 'Users'
const oneUser = z.strictObject({ userId })

/** Accounts, and the keys that access tokens are checked with. */
export const accountRoutes = (app: FastifyInstance, operations: Implementation<UsersContract>): void => {
  route(app, {
    method: 'GET',
    path: '/v1/users/me',
    id: 'getMe',
    tag,
    operation: contract.getMe,
    responses: { 200: user },
    etag: true,
    handle: async ({ context }) => ({ status: 200, body: await operations.getMe(context, {}) }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/users',
    id: 'listUsers',
    tag,
    operation: contract.listUsers,
    query: z.strictObject({
      ...pageQuery,
      email: z.string().max(254).optional(),
      role: roleName.optional(),
      status: userStatus.optional(),
    }),
    responses: { 200: pageOf(user) },
    handle: async ({ context, query }) => ({ status: 200, body: await operations.listUsers(context, query) }),
  })
  route(app, {
    method: 'GET',
    path: '/v1/users/:userId',
    id: 'getUser',
    tag,
    operation: contract.getUser,
    params: oneUser,
    responses: { 200: user },
    etag: true,
    handle: async ({ context, params }) => ({ status: 200, body: await operations.getUser(context, params) }),
  })
  route(app, {
    method: 'PUT',
    path: '/v1/users/:userId/roles',
    id: 'setRoles',
    tag,
    operation: contract.setRoles,
    params: oneUser,
    body: z
      .strictObject({ roles: contract.setRoles.input.shape.roles })
      .meta({ id: 'SetRolesRequest', examples: [{ roles: ['user', 'seller'] }] }),
    responses: { 200: user },
    etag: true,
    handle: async ({ context, params, body, ifMatch }) => ({
      status: 200,
      body: await operations.setRoles(context, { ...params, ...body, ...ifMatch }),
    }),
  })
  route(app, {
    method: 'DELETE',
    path: '/v1/users/:userId/sessions',
    id: 'endSessionsOfUser',
    tag,
    operation: contract.endSessionsOfUser,
    params: oneUser,
    responses: { 204: null },
    handle: async ({ context, params }) => {
      await operations.endSessionsOfUser(context, params)
      return { status: 204 }
    },
  })
  for (const [name, id, operation] of [
    ['suspend', 'suspendUser', operations.suspend],
    ['reinstate', 'reinstateUser', operations.reinstate],
  ] as const) {
    route(app, {
      method: 'POST',
      path: `/v1/users/:userId/${name}`,
      id,
      tag,
      operation: contract[name],
      params: oneUser,
      responses: { 200: user },
      handle: async ({ context, params }) => ({ status: 200, body: await operation(context, params) }),
    })
  }
  route(app, {
    method: 'GET',
    path: '/.well-known/jwks.json',
    id: 'getKeys',
    tag,
    operation: contract.getKeys,
    responses: { 200: contract.getKeys.output },
    handle: async ({ context }) => ({
      status: 200,
      body: await operations.getKeys(context, {}),
      headers: { 'cache-control': 'public, max-age=300' },
    }),
  })
}
