import { idOf, line, timestamp } from '@plinth/kernel'
import { z } from 'zod'

/** Id of a user. */
export const userId = idOf('User')

/** Id of a session: one sign-in with all the refresh tokens that descend from it. */
export const sessionId = idOf('Session')

/** An e-mail address; compared without regard to case. */
export const email = z
  .email()
  .max(254)
  .meta({ examples: ['ada@example.com'] })

/** A new password: 12 to 128 characters of any kind. The most common ones are refused besides. */
export const newPassword = z
  .string()
  .refine(text => [...text].length >= 12, 'A password has at least 12 characters.')
  .refine(text => [...text].length <= 128, 'A password has at most 128 characters.')
  .meta({ minLength: 12, maxLength: 128, examples: ['correct horse battery staple'] })

/** A role by name: `admin`, `seller`, `user`, or one that the shop defined. */
export const roleName = z.string().regex(/^[a-z][a-z0-9_-]{0,49}$/, 'A role is named in lower case.')

/** Whether a user may sign in. */
export const userStatus = z.enum(['active', 'suspended'])

/** A person with an account. */
export const user = z
  .strictObject({
    id: userId,
    email,
    name: line(200),
    roles: z.array(roleName),
    permissions: z.array(z.string()).meta({ description: 'What the roles add up to' }),
    emailVerified: z.boolean(),
    status: userStatus,
    createdAt: timestamp,
  })
  .meta({ id: 'User' })

/** See {@link user}. */
export type User = z.infer<typeof user>

/** What a sign-in gives: a short-lived access token and a refresh token to be spent once. */
export const tokens = z
  .strictObject({
    accessToken: z.string().meta({ description: 'A JWT (RFC 9068) for the Authorization header' }),
    refreshToken: z.string().meta({ description: 'Good for one refresh' }),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int().meta({ description: 'Seconds until the access token expires' }),
  })
  .meta({ id: 'Tokens' })

/** See {@link tokens}. */
export type Tokens = z.infer<typeof tokens>

/** A sign-in that is still good, as its user sees it. */
export const session = z
  .strictObject({
    id: sessionId,
    createdAt: timestamp,
    lastUsedAt: timestamp.meta({ description: 'When its tokens were last refreshed' }),
    expiresAt: timestamp,
    address: z
      .string()
      .nullable()
      .meta({ description: 'Where it was opened from', examples: ['192.0.2.7'] }),
    device: z
      .string()
      .nullable()
      .meta({
        description: 'The User-Agent that opened it',
        examples: ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0'],
      }),
    current: z.boolean().meta({ description: 'Whether it is the one of this request' }),
  })
  .meta({ id: 'Session' })

/** See {@link session}. */
export type Session = z.infer<typeof session>

/** How to reach a user by mail. */
export const contact = z.strictObject({ userId, email, name: z.string() })

/** See {@link contact}. */
export type Contact = z.infer<typeof contact>

/**
 * A change that must overtake access tokens already issued: a session that ended, a user whose roles or
 * status are not what older tokens say, or a role that holds other permissions than before.
 */
export const accessChange = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('session_ended'), sessionId, at: timestamp }),
  z.strictObject({
    kind: z.literal('access_changed'),
    userId,
    roles: z.array(roleName),
    suspended: z.boolean(),
    at: timestamp,
  }),
  z.strictObject({
    kind: z.literal('role_changed'),
    role: roleName,
    permissions: z.array(z.string()).meta({ description: 'None where the role was deleted' }),
    at: timestamp,
  }),
])

/** See {@link accessChange}. */
export type AccessChange = z.infer<typeof accessChange>

/** What a mailed one-time token is good for. */
export const mailTokenPurpose = z.enum(['verify_email', 'reset_password'])
