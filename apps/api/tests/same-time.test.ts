import { randomUUID } from 'node:crypto'
import { product } from '@plinth/catalog-contract'
import { pageOf } from '@plinth/kernel'
import { session } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { operationsOf, readApiDocument } from './fuzz/api-document.ts'
import { kindOf } from './fuzz/known-things.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { type Person, signUp, signUpSeller } from './people.ts'
import { type Comparison, compareTimes } from './same-time.ts'
import { buy, offer } from './shopping.ts'

let shop: GivenShop
/** Somebody who sells and buys, and whose things these are not. */
let stranger: Person
/** Things of others, by kind. */
let theirs: Readonly<Record<string, string>>

beforeAll(async () => {
  shop = await givenShop({}, { RATE_LIMIT_PER_MINUTE: '1000000', AUTH_RATE_LIMIT_PER_ACCOUNT: '100000' })
  const { url, admin, seller } = shop
  stranger = await signUpSeller(url, admin, 'Mallory Quill')
  const buyer = await signUp(url, 'Ada Moreau')
  const offered = await offer(seller)
  const order = await buy(buyer, offered)
  const sessions = (await seller.get('/v1/users/me/sessions')).expect(200, pageOf(session))
  const [opened] = sessions.data
  if (opened === undefined) throw new Error('the seller has not signed in')
  theirs = {
    orders: order.id,
    products: await draftOf(seller),
    variants: offered.variant.id,
    sessions: opened.id,
  }
})
afterAll(() => shop?.[Symbol.asyncDispose]())

/** A product that its seller alone can see. */
const draftOf = async (seller: Person): Promise<string> => {
  const answer = await seller.post('/v1/products', {
    title: 'Not for everybody yet',
    description: 'Light, loose, made to last.',
    variants: [{ sku: `SKU-${randomUUID()}`, price: { amount: 4900, currency: 'USD' }, stock: 1 }],
  })
  return answer.expect(201, product).id
}

const told = (what: string, { one, other, apart, rounds }: Comparison) =>
  process.stdout.write(
    `${what}: ${one.toFixed(2)} and ${other.toFixed(2)} ms, ${(apart * 100).toFixed(1)} % apart, ${rounds} times each\n`,
  )

test('somebody else’s thing is a 404, to the letter and in the time of one that there is not', async () => {
  const document = await readApiDocument(shop.url)
  const owned = operationsOf(document).filter(
    ({ path, 'x-permission': asked }) =>
      path === '/v1/products/{id}' ||
      (path.includes('{') && !path.startsWith('/v1/cart') && JSON.stringify(asked ?? '').includes(':own')),
  )
  expect(owned.length).toBeGreaterThan(10)
  const wrong: string[] = []
  for (const { method, path, parameters, requestBody } of owned) {
    const name = parameters.find(each => each.in === 'path')?.name ?? ''
    const id = theirs[kindOf(name, path) ?? '']
    if (id === undefined) throw new Error(`nobody has what ${path} is about`)
    const body = requestBody?.content['application/json']?.example
    const ask = async (which: string) => {
      const answer = await stranger.send(method, path.replace(`{${name}}`, which), {
        ...(body !== undefined && { body }),
      })
      return `${answer.status} ${answer.text.replaceAll(which, 'id').replace(/"requestId":"[^"]+"/, '')}`
    }
    const [found, missing] = [await ask(id), await ask(randomUUID().replace(/^(.{14})./, '$17'))]
    if (!found.startsWith('404') || found !== missing) wrong.push(`${method} ${path}: ${found} / ${missing}`)
    const times = await compareTimes(
      () => ask(id),
      () => ask(randomUUID().replace(/^(.{14})./, '$17')),
    )
    told(`${method} ${path}`, times)
    if (times.apart >= 0.1) wrong.push(`${method} ${path}: ${JSON.stringify(times)}`)
  }
  expect(wrong).toEqual([])
}, 600_000)

describe('whether there is an account', () => {
  const askAs = (path: string, rest: object) => (email: string) => async () => {
    const { status } = await clientOf(shop.url).post(path, { email, ...rest })
    return status
  }
  test.each([
    ['asking for a new password', '/v1/auth/password/forgot', {}, 202, 150],
    ['signing in', '/v1/auth/login', { password: 'not the right one' }, 401, 60],
  ] as const)(
    'cannot be told by the time that %s takes',
    async (what, path, rest, status, rounds) => {
      const ask = askAs(path, rest)
      const nobody = `nobody.${randomUUID()}@plinth.example`
      expect([await ask(stranger.email)(), await ask(nobody)()]).toEqual([status, status])
      const times = await compareTimes(ask(stranger.email), ask(nobody), { rounds, most: rounds * 8 })
      told(what, times)
      expect(times.apart).toBeLessThan(0.1)
    },
    600_000,
  )
})
