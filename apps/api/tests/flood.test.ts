import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clientOf } from './client.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { type Person, password, signUp } from './people.ts'
import { offer } from './shopping.ts'

let shop: GivenShop
let people: readonly Person[]
beforeAll(async () => {
  const many = { RATE_LIMIT_PER_MINUTE: '1000000', AUTH_RATE_LIMIT_PER_ADDRESS: '1000000' }
  shop = await givenShop({}, { ...many, AUTH_RATE_LIMIT_PER_ACCOUNT: '1000' })
  for (let each = 0; each < 10; each += 1) await offer(shop.seller)
  people = await Promise.all(Array.from({ length: 10 }, () => signUp(shop.url, 'Ada Moreau')))
}, 120_000)
afterAll(() => shop?.[Symbol.asyncDispose]())

/** Signs in 200 times at once; gives the statuses, and how long each look at the products took meanwhile. */
const flood = async () => {
  let over = false
  const reads: number[] = []
  const look = async () => {
    while (!over) {
      const begun = performance.now()
      expect((await clientOf(shop.url).get('/v1/products')).status).toBe(200)
      reads.push(performance.now() - begun)
      await pause(10)
    }
  }
  const looking = Promise.all(Array.from({ length: 10 }, look))
  const signIn = async (n: number) => {
    const email = n % 4 === 0 ? `nobody.${n}@plinth.example` : (people[n % people.length]?.email ?? '')
    return (await clientOf(shop.url).post('/v1/auth/login', { email, password })).status
  }
  const statuses = await Promise.all(Array.from({ length: 200 }, (_, n) => signIn(n)))
  over = true
  await looking
  return { statuses, reads: reads.toSorted((a, b) => a - b) }
}

test('200 sign-ins at once are answered or told to come back, and whoever looks at products hardly notices', async () => {
  const p99s: number[] = []
  for (let round = 0; round < 3; round += 1) {
    const { statuses, reads } = await flood()
    expect(statuses.filter(status => ![200, 401, 503].includes(status))).toEqual([])
    expect(statuses).toContain(200)
    p99s.push(reads[Math.floor(reads.length * 0.99)] ?? Number.NaN)
  }
  const told = p99s.map(ms => ms.toFixed(0)).join(', ')
  process.stdout.write(`looking at products while 200 sign in: p99 ${told} ms\n`)
  // Others may have the machine for a while.
  expect(Math.min(...p99s)).toBeLessThan(500)
}, 180_000)
