import { pageQuery, route } from '@plinth/http'
import { type Implementation, pageOf } from '@plinth/kernel'
import { session, sessionId, type UsersContract, usersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

const { operations: contract } = usersContract
const tag = 'Sign-in'

/** What people see of their own sessions, how they end them, and how they change their password. */
export const sessionRoutes = (app: FastifyInstance, operations: Implementation<UsersContract>): void => {
  route(app, {
    method: 'GET',
    path: '/v1/users/me/sessions',
    id: 'listSessions',
    tag,
    operation: contract.listSessions,
    query: z.strictObject(pageQuery),
    responses: { 200: pageOf(session) },
    handle: async ({ context, query }) => ({
      status: 200,
      body: await operations.listSessions(context, query),
    }),
  })
  route(app, {
    method: 'PUT',
    path: '/v1/users/me/password',
    id: 'changePassword',
    tag,
    operation: contract.changePassword,
    limit: 'credentials',
    body: contract.changePassword.input.meta({
      id: 'ChangePasswordRequest',
      examples: [{ currentPassword: 'plinth-demo-password', password: 'correct horse battery staple' }],
    }),
    responses: { 204: null },
    handle: async ({ context, body }) => {
      await operations.changePassword(context, body)
      return { status: 204 }
    },
  })
  route(app, {
    method: 'DELETE',
    path: '/v1/users/me/sessions',
    id: 'endOtherSessions',
    tag,
    operation: contract.endOtherSessions,
    responses: { 204: null },
    handle: async ({ context }) => {
      await operations.endOtherSessions(context, {})
      return { status: 204 }
    },
  })
  route(app, {
    method: 'DELETE',
    path: '/v1/users/me/sessions/:sessionId',
    id: 'endSession',
    tag,
    operation: contract.endSession,
    params: z.strictObject({ sessionId }),
    responses: { 204: null },
    handle: async ({ context, params }) => {
      await operations.endSession(context, params)
      return { status: 204 }
    },
  })
}
