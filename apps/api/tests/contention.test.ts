import { randomUUID } from 'node:crypto'
import { pageOf } from '@plinth/kernel'
import { type Order, order } from '@plinth/orders-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, clientOf } from './client.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { type HostProcess, startHost } from './host-process.ts'
import { journalOf } from './look-back.ts'
import { type Person, signUp } from './people.ts'
import { available, checkout, type Offer, offer, putIntoCart } from './shopping.ts'

describe('many at once', () => {
  let shop: GivenShop
  let replica: HostProcess
  let buyers: Person[]

  beforeAll(async () => {
    shop = await givenShop()
    replica = await startHost(shop.env)
    buyers = await crowd(100, [shop.url, replica.url])
  })
  afterAll(async () => {
    await replica?.[Symbol.asyncDispose]()
    await shop?.[Symbol.asyncDispose]()
  })

  test('100 buyers for 10 units: exactly 10 have paid, the others are told why not, nothing is left', async () => {
    const wanted = await offer(shop.seller, { stock: 10 })
    const answers = await buyAtOnce(buyers, wanted)
    await expectTenPaid(shop, wanted, answers)
  })

  test('two replicas change nothing about that', async () => {
    const wanted = await offer(shop.seller, { stock: 10 })
    const spread = buyers.map((buyer, at) => ({
      ...buyer,
      ...clientOf(at % 2 === 0 ? shop.url : replica.url, buyer.accessToken),
    }))
    const answers = await buyAtOnce(spread, wanted)
    await expectTenPaid(shop, wanted, answers)
  })

  test('one key sent 50 times at once over two replicas is one order and one capture', async () => {
    const wanted = await offer(shop.seller, { stock: 100 })
    const { accessToken } = await signUp(shop.url, 'Impatient Buyer')
    const [here, there] = [clientOf(shop.url, accessToken), clientOf(replica.url, accessToken)]
    await putIntoCart(here, wanted, 3)
    const key = randomUUID()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, at) => checkout(at % 2 === 0 ? here : there, 'tok_approved', key)),
    )

    const paid = answers.filter(({ status }) => status === 201)
    expect(new Set(paid.map(({ text }) => text)).size).toBe(1)
    expect(paid.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
    for (const { status, json, headers } of answers.filter(each => each.status !== 201)) {
      expect([status, json]).toMatchObject([409, { code: 'idempotency_in_progress' }])
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    }
    const orders = (await there.get('/v1/orders')).expect(200, pageOf(order)).data
    expect(orders).toMatchObject([{ status: 'paid' }])
    expect(await available(shop.seller, wanted)).toBe(97)
    for (const each of orders)
      expect(await journalOf(shop, each)).toMatchObject([
        { operation: 'capture', amount: { amount: 14_700 } },
      ])
  })
})

/** Signs up so many people, some at a time: hosts bound how many passwords they hash at once. */
const crowd = async (size: number, urls: readonly string[]): Promise<Person[]> => {
  const people: Person[] = []
  const oneByOne = async (url: string) => {
    while (people.length < size) people.push(await signUp(url, 'Eager Buyer'))
  }
  await Promise.all([...urls, ...urls].map(oneByOne))
  return people.slice(0, size)
}

const buyAtOnce = async (buyers: readonly Person[], wanted: Offer): Promise<Answer[]> => {
  await Promise.all(
    buyers.map(async buyer => {
      await buyer.delete('/v1/cart')
      await putIntoCart(buyer, wanted)
    }),
  )
  return Promise.all(buyers.map(buyer => checkout(buyer)))
}

const expectTenPaid = async (shop: GivenShop, wanted: Offer, answers: readonly Answer[]): Promise<void> => {
  const paid = answers.filter(({ status }) => status === 201).map(each => each.expect(201, order))
  expect(paid).toHaveLength(10)
  for (const { status, json } of answers.filter(each => each.status !== 201))
    expect([status, json]).toMatchObject([409, { code: 'insufficient_stock', lines: [{ available: 0 }] }])
  expect(await available(shop.seller, wanted)).toBe(0)
  const { data } = (await shop.admin.get('/v1/admin/orders?status=paid&limit=100')).expect(200, pageOf(order))
  const sold = data.filter(({ lines }) => lines.some(line => line.variantId === wanted.variant.id))
  expect(idsOf(sold)).toEqual(idsOf(paid))
  for (const each of paid)
    expect(await journalOf(shop, each)).toMatchObject([{ operation: 'capture', amount: each.total }])
}

const idsOf = (orders: readonly Order[]) => orders.map(({ id }) => id).sort()
