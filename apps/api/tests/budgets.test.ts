import { randomUUID } from 'node:crypto'
import { pageOf } from '@plinth/kernel'
import { order } from '@plinth/orders-contract'
import { eventually } from '@plinth/testing'
import { tokens } from '@plinth/users-contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, type Client, clientOf } from './client.ts'
import { type GivenShop, givenShop } from './given-shop.ts'
import { type Person, password, signUp } from './people.ts'
import { checkoutWith, type Offer, offer, putIntoCart } from './shopping.ts'

/**
 * How many SQL statements and transactions each operation takes, by what the request log says of it. Begin and commit
 * do not count as statements; a statement by itself is a transaction, too. Both are exact: whoever needs more of them
 * says why, whoever needs fewer lowers the number.
 */
const budgets = {
  // Cached entries are read once before.
  listProducts: [0, 0],
  getProduct: [0, 0],
  listCategories: [1, 1],
  getCart: [2, 2],
  addCartItem: [5, 3],
  setCartItem: [5, 3],
  // The key is claimed and kept, the order opened with eight in one transaction and paid with three in another; the
  // embedded provider has one of its own. Stock is locked by one statement and held by the next, so that what there is
  // can be shared out among all orders of one transaction.
  checkout: [14, 5],
  checkoutReplay: [1, 1],
  checkoutOfEmptyCart: [6, 3],
  checkoutOfSoldOut: [8, 3],
  listOrders: [2, 2],
  getOrder: [2, 2],
  cancelOrder: [5, 1],
  signIn: [3, 2],
  refresh: [1, 1],
  getMe: [1, 1],
  listOwnProducts: [1, 1],
  listSales: [1, 1],
  adjustStock: [6, 3],
  listAllOrders: [2, 2],
} as const satisfies Record<string, readonly [statements: number, transactions: number]>

const requestLine = z.object({ statements: z.int().default(0), transactions: z.int().default(0) })

describe('operations and the SQL they take', { timeout: 120_000 }, () => {
  let shop: GivenShop
  let buyer: Person
  let wanted: Offer
  let scarce: Offer
  beforeAll(async () => {
    shop = await givenShop()
    buyer = await signUp(shop.url, 'Ada Moreau')
    wanted = await offer(shop.seller, { stock: 100 })
    scarce = await offer(shop.seller, { stock: 1 })
  })
  afterAll(() => shop?.[Symbol.asyncDispose]())

  type Send = (client: Client, parts: { readonly headers: Record<string, string> }) => Promise<Answer>

  /** What a request costs, as its line in the log says. */
  const costOf = async (client: Client, status: number, send: Send): Promise<[number, number]> => {
    const requestId = randomUUID()
    const answer = await send(client, { headers: { 'x-request-id': requestId } })
    expect(answer.status, answer.text).toBe(status)
    const line = await eventually(async () => {
      const found = shop.host
        .output()
        .split('\n')
        .find(each => each.includes(requestId) && each.includes('"msg":"request"'))
      if (found === undefined) throw new Error('the request is not in the log yet')
      return found
    })
    const { statements, transactions } = requestLine.parse(JSON.parse(line))
    return [statements, transactions]
  }

  test('are as few as they were', async () => {
    const anyone = clientOf(shop.url)
    const { seller, admin } = shop
    const warm = async (path: string) => {
      await anyone.get(path)
      return costOf(anyone, 200, (client, parts) => client.get(path, parts))
    }
    const get = (client: Client, path: string) => costOf(client, 200, (who, parts) => who.get(path, parts))
    const post = (client: Client, path: string, status: number, body: unknown, key?: string) =>
      costOf(client, status, (who, { headers }) =>
        who.post(path, body, { headers, ...(key !== undefined && { key }) }),
      )
    const checkout = (status: number, key: string = randomUUID()) =>
      post(buyer, '/v1/checkout', status, checkoutWith('tok_approved'), key)

    const costs: Record<string, [number, number]> = {}
    costs.listProducts = await warm('/v1/products')
    costs.getProduct = await warm(`/v1/products/${wanted.product.id}`)
    costs.listCategories = await warm('/v1/categories')
    await putIntoCart(buyer, wanted)
    costs.getCart = await get(buyer, '/v1/cart')
    costs.addCartItem = await post(buyer, '/v1/cart/items', 200, {
      variantId: wanted.variant.id,
      quantity: 1,
    })
    costs.setCartItem = await costOf(buyer, 200, (who, parts) =>
      who.put(`/v1/cart/items/${wanted.variant.id}`, { quantity: 2 }, parts),
    )
    const key = randomUUID()
    costs.checkout = await checkout(201, key)
    costs.checkoutReplay = await checkout(201, key)
    costs.checkoutOfEmptyCart = await checkout(409)
    await putIntoCart(buyer, scarce)
    const other = await signUp(shop.url, 'Grace Keller')
    await putIntoCart(other, scarce)
    const bought = await other.post('/v1/checkout', checkoutWith('tok_approved'), { key: randomUUID() })
    expect(bought.status).toBe(201)
    costs.checkoutOfSoldOut = await checkout(409)
    costs.listOrders = await get(buyer, '/v1/orders')
    const { data } = (await buyer.get('/v1/orders')).expect(200, pageOf(order))
    const orderPath = `/v1/orders/${data[0]?.id}`
    costs.getOrder = await get(buyer, orderPath)
    costs.cancelOrder = await post(buyer, `${orderPath}/cancel`, 200, {})
    const { email } = buyer
    costs.signIn = await post(anyone, '/v1/auth/login', 200, { email, password })
    const session = await anyone.post('/v1/auth/login', { email, password })
    const { refreshToken } = session.expect(200, tokens)
    costs.refresh = await post(anyone, '/v1/auth/refresh', 200, { refreshToken })
    costs.getMe = await get(buyer, '/v1/users/me')
    costs.listOwnProducts = await get(seller, '/v1/seller/products')
    costs.listSales = await get(seller, '/v1/seller/orders')
    costs.adjustStock = await post(
      seller,
      `/v1/variants/${wanted.variant.id}/stock-adjustments`,
      201,
      { delta: 5, reason: 'Delivery' },
      randomUUID(),
    )
    costs.listAllOrders = await get(admin, '/v1/admin/orders')
    expect(costs).toEqual(budgets)
  })
})
