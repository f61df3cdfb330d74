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
