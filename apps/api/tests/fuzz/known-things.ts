/** What a shop has of each kind: ids, tokens, words. The plan of a run names them by number, so that it needs no shop. */
export type KnownThings = Readonly<Record<Kind, readonly string[]>>

/** See {@link KnownThings}. */
export type Kind = (typeof kinds)[number]

const kinds = [
  'categories',
  'currentPasswords',
  'cursors',
  'dead-letters',
  'emails',
  'etags',
  'notifications',
  'orders',
  'passwords',
  'products',
  'refreshTokens',
  'refunds',
  'resetTokens',
  'roles',
  'sessions',
  'users',
  'variants',
  'verificationTokens',
  'webhookBodies',
  'webhookIds',
  'webhookSignatures',
  'webhookTimes',
] as const

const byField: Readonly<Record<string, Kind>> = {
  categoryId: 'categories',
  categoryIds: 'categories',
  cursor: 'cursors',
  email: 'emails',
  notificationId: 'notifications',
  orderId: 'orders',
  parentId: 'categories',
  productId: 'products',
  refreshToken: 'refreshTokens',
  refundId: 'refunds',
  role: 'roles',
  sellerId: 'users',
  sessionId: 'sessions',
  userId: 'users',
  variantId: 'variants',
}

/** What a field names on one path and nowhere else. */
const byPath: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  '/v1/users/me/password': { currentPassword: 'currentPasswords' },
  '/v1/auth/login': { password: 'passwords' },
  '/v1/auth/password/reset': { token: 'resetTokens' },
  '/v1/auth/email/verify': { token: 'verificationTokens' },
}

/**
 * The kind of thing that a field names; `id` and `name` in a path are of what the path lists. A password is known where
 * somebody signs in; where it could be changed, that of somebody is who signs in no more.
 */
export const kindOf = (field: string, path: string): Kind | undefined =>
  byPath[path]?.[field] ?? byField[field] ?? kinds.find(kind => path.includes(`/${kind}/{${field}}`))

/** Stands for the thing of that number in what is sent. */
export const placeholderOf = (kind: Kind, number: number): string => `@@${kind}:${number}@@`

/** The text with the things themselves. */
export const fillIn = (text: string, known: KnownThings): string =>
  text.replaceAll(/@@([\w-]+):(\d+)@@/g, (_, named: string, number: string) => {
    const things = known[kinds.find(kind => kind === named) ?? 'users']
    return things[Number(number) % things.length] ?? '0199c0de-7a11-7bad-8a5e-5eed00c0ffee'
  })
