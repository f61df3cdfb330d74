import { declareError } from '@plinth/kernel'

/** Somebody has an account with this e-mail. */
export const EmailTaken = declareError('email_taken', {
  kind: 'conflict',
  description: 'There is an account with this e-mail already.',
})

/** No such account, or not its password: deliberately the same. */
export const InvalidCredentials = declareError('invalid_credentials', {
  kind: 'unauthenticated',
  description: 'The e-mail or the password is wrong.',
})

/** The right password of a suspended account. */
export const AccountSuspended = declareError('account_suspended', {
  kind: 'unauthenticated',
  description: 'This account is suspended.',
})

/** A refresh token was used twice; every token of its session is revoked (RFC 9700, section 4.14.2). */
export const RefreshTokenReused = declareError('refresh_token_reused', {
  kind: 'unauthenticated',
  description: 'This refresh token was used before. Sign in again.',
})

/** A mailed token that is unknown, used or too old. */
export const InvalidToken = declareError('invalid_token', {
  kind: 'invalid',
  description: 'The link is no longer good. Ask for a new one.',
})

/** The shop must keep one admin. */
export const LastAdmin = declareError('last_admin', {
  kind: 'conflict',
  description: 'The last admin must stay one.',
})

/** A role with this name is there, or is built in. */
export const RoleExists = declareError('role_exists', {
  kind: 'conflict',
  description: 'There is a role by this name already.',
})

/** The roles that every shop starts with are what the contracts say. */
export const RoleBuiltIn = declareError('role_built_in', {
  kind: 'conflict',
  description: 'A built-in role can be neither changed nor deleted.',
})

/** Somebody has the role; it is taken from them first. */
export const RoleInUse = declareError('role_in_use', {
  kind: 'conflict',
  description: 'There are users with this role. Take it from them first.',
})

/** Every replica keeps all roles in memory, so there are not arbitrarily many. */
export const RoleLimit = declareError('role_limit', {
  kind: 'conflict',
  description: 'There are 100 roles already, which is as many as there can be.',
})

/** Whoever is signed in does not know the password. */
export const WrongPassword = declareError('wrong_password', {
  kind: 'invalid',
  description: 'This is not the present password.',
})
