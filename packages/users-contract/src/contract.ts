import { defineContract, ifMatch, line, NotFound, operation, pageOf, pageRequest } from '@plinth/kernel'
import { z } from 'zod'
import * as errors from './errors.ts'
import { passwordResetRequested, registered } from './events.ts'
import { usersPermissions as can } from './permissions.ts'
import { roleOperations } from './role-operations.ts'
import {
  accessChange,
  contact,
  email,
  mailTokenPurpose,
  newPassword,
  roleName,
  session,
  sessionId,
  tokens,
  user,
  userId,
  userStatus,
} from './user.ts'

const oneUser = z.strictObject({ userId })
const refreshToken = z.string().min(1).max(500)
const mailToken = z.string().min(1).max(500)
const password = z.string().min(1).max(1000)

/** All that the world knows of the users domain. */
export const usersContract = defineContract({
  name: 'users',
  permissions: can,
  events: { registered, passwordResetRequested },
  operations: {
    register: operation({
      summary: 'Sign up',
      input: z.strictObject({ email, password: newPassword, name: line(200) }),
      output: user,
      errors: [errors.EmailTaken],
      access: 'public',
    }),
    login: operation({
      summary: 'Sign in',
      input: z.strictObject({
        email: z.string().min(1).max(254),
        password,
        device: z.string().max(200).optional(),
      }),
      output: tokens,
      errors: [errors.InvalidCredentials, errors.AccountSuspended],
      access: 'public',
    }),
    refresh: operation({
      summary: 'Trade a refresh token for a new pair of tokens',
      input: z.strictObject({ refreshToken }),
      output: tokens,
      errors: [errors.RefreshTokenReused, errors.AccountSuspended],
      access: 'public',
    }),
    logout: operation({
      summary: 'Sign out: end the session of a refresh token',
      input: z.strictObject({ refreshToken }),
      output: z.undefined(),
      idempotent: true,
      access: 'public',
    }),
    requestPasswordReset: operation({
      summary: 'Ask for a mail with which to set a new password',
      input: z.strictObject({ email: z.string().min(1).max(254) }),
      output: z.undefined(),
      access: 'public',
    }),
    resetPassword: operation({
      summary: 'Set a new password with a mailed token',
      input: z.strictObject({ token: mailToken, password: newPassword }),
      output: z.undefined(),
      errors: [errors.InvalidToken],
      access: 'public',
    }),
    verifyEmail: operation({
      summary: 'Confirm an e-mail address with a mailed token',
      input: z.strictObject({ token: mailToken }),
      output: z.undefined(),
      errors: [errors.InvalidToken],
      access: 'public',
    }),
    getMe: operation({
      summary: 'See the own account',
      input: z.strictObject({}),
      output: user,
      idempotent: true,
      access: [can.readOwn, can.readAny],
    }),
    changePassword: operation({
      summary: 'Change the own password; all other sessions end',
      input: z.strictObject({ currentPassword: password, password: newPassword }),
      output: z.undefined(),
      errors: [errors.WrongPassword],
      access: [can.passwordOwn],
    }),
    listSessions: operation({
      summary: 'List the own sessions that are still good, newest first',
      input: pageRequest,
      output: pageOf(session),
      idempotent: true,
      access: [can.sessionsOwn],
    }),
    endSession: operation({
      summary: 'End one of the own sessions',
      input: z.strictObject({ sessionId }),
      output: z.undefined(),
      errors: [NotFound],
      idempotent: true,
      access: [can.sessionsOwn],
    }),
    endOtherSessions: operation({
      summary: 'End all own sessions but this one',
      input: z.strictObject({}),
      output: z.undefined(),
      idempotent: true,
      access: [can.sessionsOwn],
    }),
    listUsers: operation({
      summary: 'List accounts',
      input: z.strictObject({
        ...pageRequest.shape,
        email: z.string().max(254).optional(),
        role: roleName.optional(),
        status: userStatus.optional(),
      }),
      output: pageOf(user),
      idempotent: true,
      access: [can.readAny],
    }),
    getUser: operation({
      summary: 'See an account',
      input: oneUser,
      output: user,
      errors: [NotFound],
      idempotent: true,
      access: [can.readAny],
    }),
    setRoles: operation({
      summary: 'Say which roles a user has; nobody gives or takes one that holds more than they do',
      input: z.strictObject({ userId, roles: z.array(roleName).max(20), ifMatch: ifMatch.optional() }),
      output: user,
      errors: [NotFound, errors.LastAdmin],
      idempotent: true,
      access: [can.rolesAny],
    }),
    suspend: operation({
      summary: 'Suspend an account: its sessions end',
      input: oneUser,
      output: user,
      errors: [NotFound, errors.LastAdmin],
      idempotent: true,
      access: [can.suspendAny],
    }),
    endSessionsOfUser: operation({
      summary: 'End all sessions of a user, who may sign in again',
      input: oneUser,
      output: z.undefined(),
      errors: [NotFound],
      idempotent: true,
      access: [can.suspendAny],
    }),
    reinstate: operation({
      summary: 'Reinstate a suspended account',
      input: oneUser,
      output: user,
      errors: [NotFound],
      idempotent: true,
      access: [can.suspendAny],
    }),
    ...roleOperations,
    getKeys: operation({
      summary: 'The public keys that access tokens are signed with, as a JWK set (RFC 7517)',
      input: z.strictObject({}),
      output: z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())) }).meta({ id: 'JwkSet' }),
      idempotent: true,
      access: 'public',
    }),
    getContacts: operation({
      summary: 'How to reach these users by mail; unknown ones are left out',
      input: z.strictObject({ userIds: z.array(userId).max(100) }),
      output: z.array(contact),
      idempotent: true,
      access: 'internal',
    }),
    listAdmins: operation({
      summary: 'How to reach the admins by mail',
      input: z.strictObject({}),
      output: z.array(contact),
      idempotent: true,
      access: 'internal',
    }),
    issueMailToken: operation({
      summary: 'Mint a one-time token for a mail; only its hash is kept',
      input: z.strictObject({ userId, purpose: mailTokenPurpose }),
      output: z.strictObject({ token: z.string() }),
      errors: [NotFound],
      access: 'internal',
    }),
    listAccessChanges: operation({
      summary:
        'Changes that access tokens issued earlier do not know of, from the last hour or so; and all roles that the shop defined',
      input: z.strictObject({}),
      output: z.array(accessChange),
      idempotent: true,
      access: 'internal',
    }),
    noteKeys: operation({
      summary: 'Write down in the audit which keys sign access tokens, where they have changed',
      input: z.strictObject({}),
      output: z.undefined(),
      idempotent: true,
      access: 'internal',
    }),
    ensureAdmin: operation({
      summary:
        'Make sure that an admin with this e-mail exists; an existing account gains the role and keeps its password',
      input: z.strictObject({
        email,
        password: newPassword,
        name: line(200),
        onlyIfNone: z.boolean().optional(),
      }),
      output: z.strictObject({ created: z.boolean() }),
      idempotent: true,
      access: 'internal',
    }),
  },
})

/** See {@link usersContract}. */
export type UsersContract = typeof usersContract
