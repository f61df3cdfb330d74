import type { Implementation } from '@plinth/kernel'
import type { UsersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'
import { accountRoutes } from './account-routes.ts'
import { authRoutes } from './auth-routes.ts'
import { roleRoutes } from './role-routes.ts'
import { sessionRoutes } from './session-routes.ts'

/** The public routes of the users domain. */
export const usersRoutes =
  (operations: Implementation<UsersContract>) =>
  async (app: FastifyInstance): Promise<void> => {
    authRoutes(app, operations)
    sessionRoutes(app, operations)
    accountRoutes(app, operations)
    roleRoutes(app, operations)
  }
