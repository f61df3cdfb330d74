import { route } from '@plinth/http'
import type { Implementation } from '@plinth/kernel'
import { tokens, type UsersContract, user, usersContract } from '@plinth/users-contract'
import type { FastifyInstance } from 'fastify'

const { operations: contract } = usersContract
const tag = 'Sign-in'
const done = { status: 204 }

/** Signing up, in and out. */
export const authRoutes = (app: FastifyInstance, operations: Implementation<UsersContract>): void => {
  route(app, {
    method: 'POST',
    path: '/v1/auth/register',
    id: 'register',
    tag,
    operation: contract.register,
    limit: 'credentials',
    body: contract.register.input.meta({
      id: 'RegisterRequest',
      examples: [
        { email: 'ada@example.com', password: 'correct horse battery staple', name: 'Ada Lovelace' },
      ],
    }),
    responses: { 201: user },
    handle: async ({ context, body }) => ({ status: 201, body: await operations.register(context, body) }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/login',
    id: 'login',
    tag,
    operation: contract.login,
    limit: 'credentials',
    provesAccount: true,
    body: contract.login.input.omit({ device: true }).meta({
      id: 'LoginRequest',
      examples: [{ email: 'customer@plinth.example', password: 'plinth-demo-password' }],
    }),
    responses: { 200: tokens },
    handle: async ({ context, body, headers }) => ({
      status: 200,
      body: await operations.login(context, { ...body, ...deviceIn(headers) }),
      headers: { 'cache-control': 'no-store' },
    }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/refresh',
    id: 'refresh',
    tag,
    operation: contract.refresh,
    description:
      'With an Idempotency-Key, a new one for each refresh, a lost answer can be asked for again: for a minute the same refresh token and key get the same new refresh token, as long as that was not used.',
    idempotency: 'by-operation',
    limit: 'credentials',
    body: contract.refresh.input.meta({ id: 'RefreshRequest' }),
    responses: { 200: tokens },
    handle: async ({ context, body }) => ({
      status: 200,
      body: await operations.refresh(context, body),
      headers: { 'cache-control': 'no-store' },
    }),
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/logout',
    id: 'logout',
    tag,
    operation: contract.logout,
    limit: 'credentials',
    body: contract.logout.input.meta({ id: 'LogoutRequest' }),
    responses: { 204: null },
    handle: async ({ context, body }) => {
      await operations.logout(context, body)
      return done
    },
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/password/forgot',
    id: 'forgotPassword',
    tag,
    operation: contract.requestPasswordReset,
    description: 'The answer is the same whether there is such an account or not.',
    limit: 'credentials',
    body: contract.requestPasswordReset.input.meta({
      id: 'ForgotPasswordRequest',
      examples: [{ email: 'ada@example.com' }],
    }),
    responses: { 202: null },
    handle: async ({ context, body }) => {
      await operations.requestPasswordReset(context, body)
      return { status: 202 }
    },
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/password/reset',
    id: 'resetPassword',
    tag,
    operation: contract.resetPassword,
    limit: 'credentials',
    body: contract.resetPassword.input.meta({ id: 'ResetPasswordRequest' }),
    responses: { 204: null },
    handle: async ({ context, body }) => {
      await operations.resetPassword(context, body)
      return done
    },
  })
  route(app, {
    method: 'POST',
    path: '/v1/auth/email/verify',
    id: 'verifyEmail',
    tag,
    operation: contract.verifyEmail,
    limit: 'credentials',
    body: contract.verifyEmail.input.meta({ id: 'VerifyEmailRequest' }),
    responses: { 204: null },
    handle: async ({ context, body }) => {
      await operations.verifyEmail(context, body)
      return done
    },
  })
}

const deviceIn = ({ 'user-agent': agent }: Readonly<Record<string, string>>) =>
  agent === undefined ? {} : { device: agent.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200) }
