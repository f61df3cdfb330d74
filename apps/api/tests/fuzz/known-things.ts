/** What a shop has of each kind: ids, tokens, words. The plan of a run names them by number, so that it needs no shop. */
export type KnownThings = Readonly<Record<Kind, readonly string[]>>

/** See {@link KnownThings}. */
export type Kind = (typeof kinds)[number]

const kinds = [
  'categories',
  'cursors',
  'emails',
  'etags',
  'notifications',
  'orders',
  'passwords',
  'products',
  'refreshTokens',
  'refunds',
  'roles',
  'sessions',
  'users',
  'variants',
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

/**
 * The kind of thing that a field names; `id` and `name` in a path are of what the path lists. A password is known where
 * somebody signs in, and nowhere that it could be changed.
 */
export const kindOf = (field: string, path: string): Kind | undefined =>
  (field === 'password' && path === '/v1/auth/login' ? 'passwords' : byField[field]) ??
  kinds.find(kind => path.includes(`/${kind}/{${field}}`))

/** Stands for the thing of that number in what is sent. */
export const placeholderOf = (kind: Kind, number: number): string => `@@${kind}:${number}@@`

/** The text with the things themselves. */
export const fillIn = (text: string, known: KnownThings): string =>
  text.replaceAll(/@@(\w+):(\d+)@@/g, (_, named: string, number: string) => {
    const things = known[kinds.find(kind => kind === named) ?? 'users']
    return things[Number(number) % things.length] ?? '0199c0de-7a11-7bad-8a5e-5eed00c0ffee'
  })
