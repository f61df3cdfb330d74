import { randomUUID } from 'node:crypto'
import { tokens as tokenPair } from '@plinth/users-contract'
import { z } from 'zod'
import type { Answer, Client } from '../client.ts'
import { clientOf } from '../client.ts'
import type { GivenShop } from '../given-shop.ts'
import { type Person, password, signInAdmin, signUp, signUpSeller } from '../people.ts'
import { buy, offer } from '../shopping.ts'
import type { KnownThings } from './known-things.ts'
import { mailedTokens } from './mailed-tokens.ts'
import { goWrong } from './mishaps.ts'
import type { Actor } from './planned-request.ts'
import { signedMessages } from './signed-messages.ts'

/** A shop as the fuzzer needs it. */
export type FuzzedShop = Pick<GivenShop, 'url' | 'mails' | 'databaseUrl'>

/** Somebody for every part, signed in anew, and things that nothing has happened to yet. */
export interface Stock {
  readonly accessTokens: Readonly<Record<Actor, string | undefined>>
  readonly known: KnownThings
}

/**
 * Puts fresh things into a shop. Those who send requests are not among the things, so that nobody is suspended
 * by what they send, nor loses their password.
 */
export const stockUp = async ({ url, mails, databaseUrl }: FuzzedShop): Promise<Stock> => {
  const admin = await signInAdmin(url)
  const seller = await signUpSeller(url, admin, 'Loom and Thread')
  // Whoever has another password than all others may change it.
  const user = await signUp(url, 'Ada Moreau', passwordOfUser)
  const bystander = await signUp(url, 'Grace Holloway')
  const forgetful = [await signUp(url, 'Edith Clarke'), await signUp(url, 'Mary Lee')]
  const offers = [await offer(seller), await offer(seller), await offer(seller)]
  const [first, second] = offers
  if (first === undefined || second === undefined) throw new Error('three offers were made')
  const orders = [await buy(user, first), await buy(user, second), await buy(user, first)]
  const [refunded] = orders
  const category = await admin.post('/v1/categories', { name: `Category ${randomUUID()}` })
  const role = `clerk-${randomUUID().slice(0, 8)}`
  await admin.post('/v1/roles', {
    name: role,
    permissions: ['orders:read:any'],
    description: 'Looks at orders',
  })
  await admin.post(`/v1/admin/orders/${refunded?.id}/refunds`, {
    amount: { amount: 100, currency: 'USD' },
    reason: 'A loose button',
  })
  const tokens = await mailedTokens(url, mails, forgetful)
  const mishaps = await goWrong(databaseUrl, {
    admin,
    buyer: user,
    offer: first,
    people: forgetful.map(({ id }) => id),
  })
  const [products, all, sold, notifications, refunds, sessions] = await Promise.all([
    pageOf(admin, '/v1/products?limit=3'),
    pageOf(admin, '/v1/admin/orders?limit=3'),
    pageOf(seller, '/v1/seller/orders?limit=1'),
    pageOf(admin, '/v1/admin/notifications?limit=5'),
    pageOf(admin, '/v1/admin/refunds?limit=5'),
    otherSessions(url, user),
  ])
  const messages = signedMessages(mishaps.refunds)
  const known = {
    categories: [idOf(category), randomUUID()],
    currentPasswords: [passwordOfUser],
    'dead-letters': mishaps.deadLetters,
    cursors: [products, all, sold, notifications].flatMap(({ nextCursor }) => nextCursor ?? []),
    emails: [bystander.email, bystander.email.toUpperCase(), `nobody.${randomUUID()}@plinth.example`],
    etags: await Promise.all(
      [`/v1/products/${first.product.id}`, `/v1/orders/${orders[0]?.id}`].map(
        async path => (await user.get(path)).headers.get('etag') ?? '',
      ),
    ),
    notifications: notifications.ids,
    orders: [...orders.map(({ id }) => id), ...all.ids],
    passwords: [password],
    products: [...offers.flatMap(({ product: { id, slug } }) => [id, slug]), ...products.ids],
    refreshTokens: await Promise.all([1, 2, 3].map(() => refreshTokenOf(url, bystander.email))),
    refunds: [...mishaps.refunds, ...refunds.ids],
    resetTokens: tokens.reset,
    roles: ['user', 'seller', 'admin', role],
    sessions,
    users: [bystander.id, randomUUID()],
    verificationTokens: tokens.verification,
    webhookBodies: messages.map(({ body }) => body),
    webhookIds: messages.map(({ id }) => id),
    webhookSignatures: messages.map(({ signature }) => signature),
    webhookTimes: messages.map(({ time }) => time),
    variants: offers.map(({ variant: { id } }) => id),
  }
  return {
    known,
    accessTokens: {
      anonymous: undefined,
      user: user.accessToken,
      seller: seller.accessToken,
      admin: admin.accessToken,
    },
  }
}

const passwordOfUser = 'a short and lively morning'

const page = z.object({
  data: z.array(z.looseObject({ id: z.string() })),
  nextCursor: z.string().nullish(),
})

const pageOf = async (client: Client, path: string) => {
  const { data, nextCursor } = (await client.get(path)).expect(200, page)
  return { ids: data.map(({ id }) => id), nextCursor }
}

/** A session of somebody besides the one that they send requests in. */
const otherSessions = async (url: string, user: Person): Promise<string[]> => {
  await refreshTokenOf(url, user.email, passwordOfUser)
  const { data } = (await user.get('/v1/users/me/sessions')).expect(200, page)
  return data.filter(({ current }) => current === false).map(({ id }) => id)
}

const idOf = (answer: Answer): string => answer.expect(201, z.looseObject({ id: z.string() })).id

const refreshTokenOf = async (url: string, email: string, typed = password): Promise<string> => {
  const answer = await clientOf(url).post('/v1/auth/login', { email, password: typed })
  return answer.expect(200, tokenPair).refreshToken
}
